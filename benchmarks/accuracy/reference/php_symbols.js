// Reads paths from standard input; prints one JSON line a file: what php-parser (npm) finds in it.
const fs = require('fs');
const Engine = require('php-parser');

const nameOf = (node) => (node == null ? null : typeof node === 'string' ? node : node.name);

function read(path) {
  const engine = new Engine({ parser: { php8: true, version: 805 }, ast: { withPositions: true } });
  const symbols = [];
  const imports = [];
  const types = [];
  const waiting = [[engine.parseCode(fs.readFileSync(path, 'utf8'), path), '', '']];
  while (waiting.length) {
    const [node, around, space] = waiting.pop();
    if (!node || typeof node !== 'object') continue;
    if (Array.isArray(node)) {
      for (const each of node) waiting.push([each, around, space]);
      continue;
    }
    let inside = around;
    let within = space;
    const full = (name) => (around ? `${around}.${name}` : name);
    const add = (kind) => symbols.push([kind, full(nameOf(node.name)), node.loc.start.line]);
    switch (node.kind) {
      case 'namespace':
        within = node.name;
        break;
      case 'class':
        inside = full(node.isAnonymous ? 'class@anonymous' : nameOf(node.name));
        if (!node.isAnonymous) add('class');
        if (!node.isAnonymous) types.push(space ? `${space}\\${nameOf(node.name)}` : nameOf(node.name));
        break;
      case 'interface':
      case 'trait':
      case 'enum':
        inside = full(nameOf(node.name));
        types.push(space ? `${space}\\${nameOf(node.name)}` : nameOf(node.name));
        add(node.kind);
        break;
      case 'method':
        inside = full(nameOf(node.name));
        add(nameOf(node.name) === '__construct' ? 'constructor' : 'method');
        break;
      case 'function':
        inside = full(nameOf(node.name));
        add('function');
        break;
      case 'enumcase':
        add('member');
        break;
      case 'property':
      case 'constant':
        add(node.kind);
        break;
      case 'parameter':
        if (node.flags || node.readonly) {
          const holder = around.split('.').slice(0, -1).concat(nameOf(node.name)).join('.');
          symbols.push(['property', holder, node.loc.start.line]);
        }
        break;
      case 'usegroup':
        for (const one of node.items) {
          imports.push((node.name ? `${node.name.replace(/^\\/, '')}\\` : '') + one.name.replace(/^\\/, ''));
        }
        break;
    }
    for (const key of Object.keys(node)) {
      if (key !== 'loc' && key !== 'kind' && node[key] && typeof node[key] === 'object') {
        waiting.push([node[key], inside, within]);
      }
    }
  }
  return { symbols, imports, types };
}

for (const path of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
  let found = null;
  try {
    found = read(path);
  } catch (error) {
    if (error.name !== 'SyntaxError') throw error;
  }
  console.log(JSON.stringify({ path, found }));
}
