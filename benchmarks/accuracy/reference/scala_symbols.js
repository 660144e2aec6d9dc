// Reads paths from standard input; prints one JSON line a file: what Scalameta (npm scalameta-parsers) finds in it.
const fs = require('fs');
const { parseSource } = require('scalameta-parsers');

const KINDS = {
  'Defn.Class': 'class',
  'Defn.Trait': 'trait',
  'Defn.Object': 'object',
  'Pkg.Object': 'object',
  'Defn.Enum': 'enum',
};

function bound(patterns) {
  const names = [];
  const waiting = [...patterns];
  while (waiting.length) {
    const pattern = waiting.shift();
    if (pattern.type === 'Pat.Var') names.push(pattern.name.value);
    else if (pattern.type === 'Pat.Tuple') waiting.push(...pattern.args);
    else if (pattern.type === 'Pat.Typed') waiting.push(pattern.lhs);
    else if (pattern.type === 'Pat.Bind') waiting.push(pattern.lhs, pattern.rhs);
    else if (pattern.type === 'Pat.Extract') waiting.push(...(pattern.argClause ? pattern.argClause.values : []));
  }
  return names;
}

function read(source) {
  let tree = null;
  for (const dialect of ['Scala213', 'Scala3']) {
    const parsed = parseSource(source, dialect);
    if (!parsed.error) {
      tree = parsed;
      break;
    }
  }
  if (!tree) return null;
  const symbols = [];
  const waiting = [[tree, '', true]];
  while (waiting.length) {
    const [node, around, member] = waiting.pop();
    if (!node || typeof node !== 'object') continue;
    if (Array.isArray(node)) {
      for (const each of node) waiting.push([each, around, member]);
      continue;
    }
    let inside = around;
    let open = member;
    const full = (name) => (around ? `${around}.${name}` : name);
    const name = node.name && node.name.value !== undefined ? node.name.value : null;
    if (KINDS[node.type]) {
      inside = full(name);
      symbols.push([KINDS[node.type], inside, 0]);
      const has = (one, type) => (one.mods || []).some((each) => each.type === type);
      const clauses = node.ctor ? node.ctor.paramClauses || [] : [];
      clauses.forEach((clause, at) => {
        for (const one of clause.values) {
          const member = has(one, 'Mod.ValParam') || has(one, 'Mod.VarParam');
          if (member || (at === 0 && has(node, 'Mod.Case'))) symbols.push(['value', `${inside}.${one.name.value}`, 0]);
        }
      });
      open = true;
    } else if (node.type === 'Defn.EnumCase') symbols.push(['member', full(name), 0]);
    else if (node.type === 'Defn.RepeatedEnumCase') {
      for (const one of node.cases) symbols.push(['member', full(one.value), 0]);
    } else if (['Defn.Def', 'Decl.Def', 'Ctor.Secondary'].includes(node.type)) {
      inside = full(node.type === 'Ctor.Secondary' ? 'this' : name);
      symbols.push(['def', inside, 0]);
      open = false;
    } else if (['Defn.Type', 'Decl.Type'].includes(node.type)) symbols.push(['type', full(name), 0]);
    else if (['Defn.Val', 'Defn.Var', 'Decl.Val', 'Decl.Var'].includes(node.type)) {
      if (member) {
        for (const each of bound(node.pats)) {
          inside = full(each);
          symbols.push(['value', inside, 0]);
        }
      }
      open = false;
    } else if (node.type === 'Template') open = true;
    else if (['Term.Block', 'Term.Function'].includes(node.type)) open = false;
    for (const key of Object.keys(node)) {
      if (key !== 'pos' && key !== 'type' && node[key] && typeof node[key] === 'object') {
        waiting.push([node[key], inside, open]);
      }
    }
  }
  return { symbols };
}

for (const path of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  console.log(JSON.stringify({ path, found: read(fs.readFileSync(path, 'utf8')) }));
}
