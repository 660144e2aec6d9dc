//! Prints what syn finds in the files named on standard input: tab-separated path, kind, name, last line.
use std::io::BufRead;
use syn::spanned::Spanned;
use syn::{parse_file, Fields, ForeignItem, ImplItem, Item, TraitItem, Type, TypeParamBound, UseTree};

fn base(ty: &Type) -> String {
    match ty {
        Type::Path(p) => p.path.segments.last().map(|s| s.ident.to_string()).unwrap_or_default(),
        Type::Reference(r) => base(&r.elem),
        Type::Ptr(r) => base(&r.elem),
        Type::Paren(r) => base(&r.elem),
        Type::Group(r) => base(&r.elem),
        Type::TraitObject(t) => t
            .bounds
            .iter()
            .find_map(|b| match b {
                TypeParamBound::Trait(t) => t.path.segments.last().map(|s| s.ident.to_string()),
                _ => None,
            })
            .unwrap_or_default(),
        _ => "?".into(),
    }
}

struct Out<'a>(&'a str);

impl Out<'_> {
    fn add(&self, kind: &str, prefix: &str, name: impl ToString, span: proc_macro2::Span) {
        let name = name.to_string();
        let full = if prefix.is_empty() { name } else { format!("{prefix}.{name}") };
        println!("{}\t{kind}\t{full}\t{}", self.0, span.end().line);
    }

    fn fields(&self, fields: &Fields, prefix: &str) {
        for f in fields {
            if let Some(i) = &f.ident {
                self.add("field", prefix, i, f.span());
            }
        }
    }

    fn use_tree(&self, tree: &UseTree, prefix: &str) {
        let join = |x: String| if prefix.is_empty() { x } else { format!("{prefix}::{x}") };
        match tree {
            UseTree::Path(p) => self.use_tree(&p.tree, &join(p.ident.to_string())),
            UseTree::Name(n) if n.ident == "self" => println!("{}\tuse\t{prefix}\t0", self.0),
            UseTree::Name(n) => println!("{}\tuse\t{}\t0", self.0, join(n.ident.to_string())),
            UseTree::Rename(n) if n.ident == "self" => println!("{}\tuse\t{prefix}\t0", self.0),
            UseTree::Rename(n) => println!("{}\tuse\t{}\t0", self.0, join(n.ident.to_string())),
            UseTree::Glob(_) => println!("{}\tuse\t{prefix}\t0", self.0),
            UseTree::Group(g) => g.items.iter().for_each(|t| self.use_tree(t, prefix)),
        }
    }

    fn items(&self, items: &[Item], prefix: &str, inline: bool) {
        for item in items {
            match item {
                Item::Fn(f) => self.add("function", prefix, &f.sig.ident, f.span()),
                Item::Const(c) if c.ident != "_" => self.add("constant", prefix, &c.ident, c.span()),
                Item::Static(c) => self.add("variable", prefix, &c.ident, c.span()),
                Item::Type(c) => self.add("type", prefix, &c.ident, c.span()),
                Item::Struct(s) => {
                    self.add("struct", prefix, &s.ident, s.span());
                    self.fields(&s.fields, &join(prefix, &s.ident.to_string()));
                }
                Item::Union(s) => {
                    self.add("union", prefix, &s.ident, s.span());
                    self.fields(&Fields::Named(s.fields.clone()), &join(prefix, &s.ident.to_string()));
                }
                Item::Enum(e) => {
                    self.add("enum", prefix, &e.ident, e.span());
                    let own = join(prefix, &e.ident.to_string());
                    for v in &e.variants {
                        self.add("member", &own, &v.ident, v.span());
                    }
                }
                Item::Macro(m) => {
                    if let Some(i) = &m.ident {
                        self.add("macro", prefix, i, m.span());
                    }
                }
                Item::Mod(m) => {
                    self.add("module", prefix, &m.ident, m.span());
                    if let Some((_, inner)) = &m.content {
                        self.items(inner, &join(prefix, &m.ident.to_string()), true);
                    }
                }
                Item::ForeignMod(m) => {
                    for i in &m.items {
                        match i {
                            ForeignItem::Fn(f) => self.add("function", prefix, &f.sig.ident, f.span()),
                            ForeignItem::Static(f) => self.add("variable", prefix, &f.ident, f.span()),
                            ForeignItem::Type(f) => self.add("type", prefix, &f.ident, f.span()),
                            _ => (),
                        }
                    }
                }
                Item::Trait(t) => {
                    self.add("trait", prefix, &t.ident, t.span());
                    let own = join(prefix, &t.ident.to_string());
                    for i in &t.items {
                        match i {
                            TraitItem::Method(f) => self.add("method", &own, &f.sig.ident, f.span()),
                            TraitItem::Const(f) => self.add("constant", &own, &f.ident, f.span()),
                            TraitItem::Type(f) => self.add("type", &own, &f.ident, f.span()),
                            _ => (),
                        }
                    }
                }
                Item::Impl(t) => {
                    let own = join(prefix, &base(&t.self_ty));
                    for i in &t.items {
                        match i {
                            ImplItem::Method(f) => self.add("method", &own, &f.sig.ident, f.span()),
                            ImplItem::Const(f) => self.add("constant", &own, &f.ident, f.span()),
                            ImplItem::Type(f) => self.add("type", &own, &f.ident, f.span()),
                            _ => (),
                        }
                    }
                }
                // Inside inline modules our targets are written from the file's module.
                Item::Use(u) if !inline => self.use_tree(&u.tree, ""),
                _ => (),
            }
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.into() } else { format!("{prefix}.{name}") }
}

fn main() {
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        match parse_file(&text) {
            Ok(file) => {
                println!("{path}\tok\t\t0");
                Out(&path).items(&file.items, "", false);
            }
            Err(_) => println!("{path}\tfailed\t\t0"),
        }
    }
}
