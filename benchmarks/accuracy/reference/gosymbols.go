// Prints what go/parser finds in the files named on standard input, one JSON object a line.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
)

type symbol struct {
	Kind, Name string
	Line, End  int
}

type file struct {
	Path    string
	Error   string
	Symbols []symbol
	Imports []string
}

func receiver(e ast.Expr) string {
	for {
		switch t := e.(type) {
		case *ast.StarExpr:
			e = t.X
		case *ast.ParenExpr:
			e = t.X
		case *ast.IndexExpr:
			e = t.X
		case *ast.IndexListExpr:
			e = t.X
		case *ast.Ident:
			return t.Name
		default:
			return "?"
		}
	}
}

func read(path string) file {
	set := token.NewFileSet()
	out := file{Path: path}
	tree, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		out.Error = err.Error()
	}
	if tree == nil {
		return out
	}
	add := func(kind, name string, from, to ast.Node) {
		out.Symbols = append(out.Symbols, symbol{kind, name, set.Position(from.Pos()).Line, set.Position(to.End()).Line})
	}
	for _, each := range tree.Imports {
		out.Imports = append(out.Imports, each.Path.Value[1:len(each.Path.Value)-1])
	}
	for _, d := range tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv != nil && len(d.Recv.List) > 0 {
				add("method", receiver(d.Recv.List[0].Type)+"."+d.Name.Name, d, d)
			} else {
				add("function", d.Name.Name, d, d)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, n := range s.Names {
						if n.Name != "_" {
							kind := "variable"
							if d.Tok == token.CONST {
								kind = "constant"
							}
							add(kind, n.Name, s, s)
						}
					}
				case *ast.TypeSpec:
					kind := "type"
					switch t := s.Type.(type) {
					case *ast.StructType:
						kind = "struct"
						for _, f := range t.Fields.List {
							for _, n := range f.Names {
								add("field", s.Name.Name+"."+n.Name, f, f)
							}
						}
					case *ast.InterfaceType:
						kind = "interface"
						for _, f := range t.Methods.List {
							for _, n := range f.Names {
								add("method", s.Name.Name+"."+n.Name, f, f)
							}
						}
					}
					add(kind, s.Name.Name, s, s)
				}
			}
		}
	}
	return out
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		encoded, err := json.Marshal(read(lines.Text()))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(encoded))
	}
}
