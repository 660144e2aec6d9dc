import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import javax.tools.*;

/** Prints what javac's parser finds in the files named on standard input: path, kind, name, first and last line. */
public class JavaSymbols {
    public static void main(String[] none) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StandardJavaFileManager files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        for (String line : new BufferedReader(new InputStreamReader(System.in)).lines().toList()) {
            read(compiler, files, line, out);
        }
        out.flush();
    }

    static void read(JavaCompiler compiler, StandardJavaFileManager files, String path, PrintStream out) throws IOException {
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        JavacTask task = (JavacTask) compiler.getTask(
            null, files, problems, List.of("-proc:none"), null, files.getJavaFileObjects(Path.of(path)));
        for (CompilationUnitTree unit : task.parse()) {
            boolean failed = problems.getDiagnostics().stream().anyMatch(d -> d.getKind() == Diagnostic.Kind.ERROR);
            out.println(String.join("\t", path, failed ? "failed" : "ok", "", "0", "0"));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (ImportTree each : unit.getImports()) {
                out.println(String.join("\t", path, "import", each.getQualifiedIdentifier().toString(), "0", "0"));
            }
            String own = unit.getPackageName() == null ? "" : unit.getPackageName().toString();
            out.println(String.join("\t", path, "package", own, "0", "0"));
            for (Tree type : unit.getTypeDecls()) {
                visit(unit, positions, type, "", "", path, out);
            }
        }
    }

    static void visit(CompilationUnitTree unit, SourcePositions at, Tree tree, String prefix, String owner, String path, PrintStream out) {
        LineMap lines = unit.getLineMap();
        long start = at.getStartPosition(unit, tree), end = at.getEndPosition(unit, tree);
        if (start < 0 || end < 0) {
            return;
        }
        String span = lines.getLineNumber(start) + "\t" + lines.getLineNumber(end - 1);
        if (tree instanceof ClassTree type) {
            String kind = switch (type.getKind()) {
                case INTERFACE -> "interface";
                case ENUM -> "enum";
                case RECORD -> "record";
                case ANNOTATION_TYPE -> "annotation";
                default -> "class";
            };
            String name = prefix.isEmpty() ? type.getSimpleName().toString() : prefix + "." + type.getSimpleName();
            out.println(path + "\t" + kind + "\t" + name + "\t" + span);
            for (Tree member : type.getMembers()) {
                visit(unit, at, member, name, kind, path, out);
            }
        } else if (tree instanceof MethodTree method) {
            boolean made = method.getName().contentEquals("<init>");
            String last = made ? prefix.substring(prefix.lastIndexOf('.') + 1) : method.getName().toString();
            out.println(path + "\t" + (made ? "constructor" : "method") + "\t" + prefix + "." + last + "\t" + span);
        } else if (tree instanceof VariableTree field) {
            if (owner.equals("record") && !field.getModifiers().getFlags().contains(javax.lang.model.element.Modifier.STATIC)) {
                return;
            }
            out.println(path + "\tfield\t" + prefix + "." + field.getName() + "\t" + lines.getLineNumber(start) + "\t0");
        }
    }
}
