import org.jetbrains.kotlin.cli.jvm.compiler.*;
import org.jetbrains.kotlin.config.*;
import org.jetbrains.kotlin.cli.common.*;
import org.jetbrains.kotlin.cli.common.messages.*;
import org.jetbrains.kotlin.com.intellij.openapi.util.*;
import org.jetbrains.kotlin.com.intellij.psi.*;
import org.jetbrains.kotlin.psi.*;
import org.jetbrains.kotlin.lexer.*;
import java.io.*;
import java.nio.file.*;
import java.nio.charset.StandardCharsets;
import java.util.*;

/** Prints what the Kotlin compiler's own parser finds in the files named on standard input: path, kind, name, first and
 *  last line, visibility (of an import its alias). Needs a compiler's jars on the class path. */
public class KotlinSymbols {
    static PrintStream out;
    static int[] starts;
    static int line(int off) { int i = Arrays.binarySearch(starts, off); return i >= 0 ? i + 1 : -i - 1; }
    public static void main(String[] a) throws Exception {
        out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, "UTF-8");
        CompilerConfiguration c = new CompilerConfiguration();
        c.put(CommonConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
        c.put(CommonConfigurationKeys.MODULE_NAME, "m");
        org.jetbrains.kotlin.cli.FrontendConfigurationKeysKt.setExtensionsStorage(c, new org.jetbrains.kotlin.compiler.plugin.CompilerPluginRegistrar.ExtensionStorage());
        KotlinCoreEnvironment env = KotlinCoreEnvironment.createForProduction(Disposer.newDisposable(), c, EnvironmentConfigFiles.JVM_CONFIG_FILES);
        KtPsiFactory f = new KtPsiFactory(env.getProject(), false);
        for (String path : new BufferedReader(new InputStreamReader(System.in)).lines().toList()) {
            String text = new String(Files.readAllBytes(Path.of(path)), StandardCharsets.UTF_8).replace("\r\n", "\n");
            List<Integer> s = new ArrayList<>(); s.add(0);
            for (int i = 0; i < text.length(); i++) if (text.charAt(i) == '\n') s.add(i + 1);
            starts = s.stream().mapToInt(x -> x).toArray();
            KtFile file = f.createFile(path.endsWith(".kts") ? "x.kts" : "x.kt", text);
            boolean bad = hasError(file);
            row(path, bad ? "failed" : "ok", "", 0, 0, "");
            row(path, "package", file.getPackageFqName().asString(), 0, 0, "");
            for (KtImportDirective i : file.getImportDirectives()) row(path, "import", String.valueOf(i.getImportedFqName()) + (i.isAllUnder() ? ".*" : ""), 0, 0, i.getAliasName() == null ? "" : i.getAliasName());
            for (KtDeclaration d : file.getDeclarations()) visit(path, d, "", "public");
        }
        out.flush(); System.exit(0);
    }
    static boolean hasError(PsiElement e) {
        Deque<PsiElement> q = new ArrayDeque<>(); q.add(e);
        while (!q.isEmpty()) { PsiElement x = q.poll(); if (x instanceof PsiErrorElement) return true; for (PsiElement ch = x.getFirstChild(); ch != null; ch = ch.getNextSibling()) q.add(ch); }
        return false;
    }
    static void row(String path, String kind, String name, int l, int e, String vis) { out.println(String.join("\t", path, kind, name, "" + l, "" + e, vis)); }
    static String vis(KtDeclaration d, String std) {
        if (d.hasModifier(KtTokens.PRIVATE_KEYWORD)) return "private";
        if (d.hasModifier(KtTokens.PROTECTED_KEYWORD)) return "protected";
        if (d.hasModifier(KtTokens.INTERNAL_KEYWORD)) return "internal";
        return std;
    }
    static void emit(String path, String kind, String name, KtDeclaration d, String std) {
        // the span without a doc comment in front
        int st = d.getTextRange().getStartOffset(), en = d.getTextRange().getEndOffset();
        if (d instanceof KtEnumEntry) { PsiElement last = d.getLastChild(); while (last != null && (last instanceof PsiComment || last instanceof PsiWhiteSpace || last.getText().equals(",") || last.getText().equals(";"))) { en = last.getTextRange().getStartOffset(); last = last.getPrevSibling(); } }
        for (PsiElement ch = d.getFirstChild(); ch != null; ch = ch.getNextSibling()) {
            if (ch instanceof PsiComment || ch instanceof PsiWhiteSpace || ch.getTextLength() == 0) continue;
            st = ch.getTextRange().getStartOffset(); break;
        }
        row(path, kind, name, line(st), line(Math.max(st, en - 1)), vis(d, std));
    }
    static void visit(String path, KtDeclaration d, String prefix, String std) {
        if (d instanceof KtScript sc) { for (PsiElement x = sc.getBlockExpression().getFirstChild(); x != null; x = x.getNextSibling()) if (x instanceof KtDeclaration y) visit(path, y, prefix, std); return; }
        if (d instanceof KtDestructuringDeclaration dd) { for (KtDestructuringDeclarationEntry x : dd.getEntries()) row(path, "property", (prefix.isEmpty() ? "" : prefix + ".") + x.getName(), line(d.getTextRange().getStartOffset()), line(d.getTextRange().getEndOffset() - 1), vis(d, std)); return; }
        String dot = prefix.isEmpty() ? "" : prefix + ".";
        if (d instanceof KtEnumEntry e) {
            emit(path, "member", dot + e.getName(), d, "public");
        } else if (d instanceof KtClassOrObject c) {
            String kind = "class";
            if (c instanceof KtObjectDeclaration) kind = "object";
            else if (c instanceof KtClass k) kind = k.isInterface() ? "interface" : k.isEnum() ? "enum" : k.isAnnotation() ? "annotation" : "class";
            String name = c.getName();
            if (name == null) name = "Companion";
            emit(path, kind, dot + name, d, "public");
            KtPrimaryConstructor pc = c.getPrimaryConstructor();
            if (pc != null) {
              for (KtParameter p : pc.getValueParameters()) if (p.hasValOrVar()) emit(path, "property", dot + name + "." + p.getName(), p, "public");
            }
            for (KtDeclaration m : c.getDeclarations()) visit(path, m, dot + name, "public");
        } else if (d instanceof KtSecondaryConstructor) {
            emit(path, "constructor", dot + prefix.substring(prefix.lastIndexOf('.') + 1), d, "public");
        } else if (d instanceof KtNamedFunction f) {
            emit(path, prefix.isEmpty() ? "function" : "method", dot + f.getName(), d, "public");
        } else if (d instanceof KtProperty p) {
            emit(path, "property", dot + p.getName(), d, "public");
        } else if (d instanceof KtTypeAlias t) {
            emit(path, "type", dot + t.getName(), d, "public");
        }
    }
}
