// What the TypeScript compiler sees in a folder: node typescript_symbols.mjs FOLDER [PATH TO typescript.js]
// Prints one JSON line a file: {file, symbols: [[kind, name, line]], imports: [[specifier, line, standing, target]]}.
// Symbols are those that the binder made (merged declarations are one), under the rules of the extractor's docstring.
import { createRequire, builtinModules } from 'node:module'
import path from 'node:path'
import fs from 'node:fs'

const root = path.resolve(process.argv[2])
const ts = createRequire(path.resolve('x.js'))(process.argv[3] ?? 'typescript')
const SOURCE = /\.(?:[cm]?[jt]s|[jt]sx)$/
const SKIPPED = new Set(['node_modules', '.git'])

function* walk(folder) {
  for (const one of fs.readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const at = path.join(folder, one.name)
    if (one.isDirectory()) { if (!SKIPPED.has(one.name)) yield* walk(at) }
    else if (one.isFile() && SOURCE.test(one.name) && fs.statSync(at).size < 1_500_000) yield at
  }
}

const K = ts.SyntaxKind
function unwrap(node) {
  while (node && (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node) ||
    ts.isTypeAssertionExpression?.(node) || ts.isSatisfiesExpression?.(node))) node = node.expression
  return node
}
const callable = (node) => node && (ts.isFunctionExpression(node) || ts.isArrowFunction(node))
function value(node) { // what a named thing is when its value is a function or a class
  const v = unwrap(node)
  return callable(v) ? 'function' : v && ts.isClassExpression(v) ? 'class' : ''
}
function isRequire(node) {
  node = unwrap(node)
  if (node && ts.isPropertyAccessExpression(node)) node = node.expression
  return node && ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require' &&
    node.arguments.length === 1 && ts.isStringLiteralLike(node.arguments[0])
}
const keyOf = (name) => ts.isComputedPropertyName(name) ? `[${name.expression.getText()}]`
  : ts.isStringLiteralLike(name) || ts.isPrivateIdentifier(name) || ts.isIdentifier(name) || ts.isNumericLiteral(name) ? name.text
  : name.getText()
const topLevel = (statement) => ts.isSourceFile(statement.parent) || ts.isModuleBlock(statement.parent)

function symbolsOf(source) {
  const seen = new Map(), found = []
  const line = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const add = (kind, name, node, declaration, body) => {
    const identity = declaration.symbol ?? declaration
    const key = seen.get(identity)?.[kind]
    if (key !== undefined && !name.startsWith('[')) { if (body && !found[key][3]) found[key] = [kind, name, line(node), true]; return }
    if (!seen.has(identity)) seen.set(identity, {})
    seen.get(identity)[kind] = found.length
    found.push([kind, name, line(node), Boolean(body)])
  }
  const owned = new Set()
  const own = (node) => { const v = unwrap(node); if (v) owned.add(v) }
  const bindings = (pattern, kind) => {
    for (const one of pattern.elements) {
      if (ts.isOmittedExpression(one)) continue
      if (ts.isIdentifier(one.name)) add(kind, one.name.text, one.name, one); else bindings(one.name, kind)
    }
  }
  const visit = (node) => {
    if (ts.isFunctionDeclaration(node)) {
      if (node.name) add('function', node.name.text, node.name, node, node.body)
      else if (node.symbol?.escapedName === 'default') add('function', 'default', node, node, node.body)
    } else if (ts.isClassDeclaration(node)) {
      add('class', node.name?.text ?? 'default', node.name ?? node, node)
    } else if (ts.isFunctionExpression(node) || ts.isArrowFunction(node) || ts.isClassExpression(node)) {
      const kind = ts.isClassExpression(node) ? 'class' : 'function'
      if (!owned.has(node)) {
        if (node.name) add(kind, node.name.text, node.name, node)
        else if (ts.isExportAssignment(node.parent) && !node.parent.isExportEquals) add(kind, 'default', node, node)
      }
    } else if (ts.isVariableDeclaration(node)) {
      const kind = value(node.initializer)
      const statement = node.parent?.parent
      const isTop = statement && ts.isVariableStatement(statement) && topLevel(statement)
      if (kind && ts.isIdentifier(node.name)) { own(node.initializer); add(kind, node.name.text, node.name, node, true) }
      else if (isTop && !(isRequire(node.initializer) && !/\.[cm]?tsx?$/.test(source.fileName))) {
        const word = node.parent.flags & ts.NodeFlags.Const ? 'constant' : 'variable'
        if (ts.isIdentifier(node.name)) add(word, node.name.text, node.name, node); else bindings(node.name, word)
      }
    } else if (ts.isMethodDeclaration(node)) add('method', keyOf(node.name), node.name, node, node.body)
    else if (ts.isConstructorDeclaration(node)) {
      add('constructor', 'constructor', node, node, node.body)
      for (const one of node.parameters) if (ts.isParameterPropertyDeclaration(one, node)) add('field', one.name.text, one.name, { symbol: undefined })
    } else if ((ts.isGetAccessor(node) || ts.isSetAccessor(node)) && !ts.isTypeLiteralNode(node.parent)) add('property', keyOf(node.name), node.name, node)
    else if (ts.isPropertyDeclaration(node)) {
      const kind = value(node.initializer); if (kind) own(node.initializer)
      add(kind === 'function' ? 'method' : kind || 'field', keyOf(node.name), node.name, node)
    } else if (ts.isPropertySignature(node) && ts.isInterfaceDeclaration(node.parent)) add('property', keyOf(node.name), node.name, node)
    else if (ts.isMethodSignature(node) && ts.isInterfaceDeclaration(node.parent)) add('method', keyOf(node.name), node.name, node)
    else if (ts.isInterfaceDeclaration(node)) add('interface', node.name.text, node.name, node)
    else if (ts.isTypeAliasDeclaration(node)) add('type', node.name.text, node.name, node)
    else if (ts.isEnumDeclaration(node)) add('enum', node.name.text, node.name, node)
    else if (ts.isEnumMember(node)) add('member', keyOf(node.name), node.name, node)
    else if (ts.isModuleDeclaration(node)) {
      if (!(node.flags & ts.NodeFlags.GlobalAugmentation)) add(ts.isStringLiteral(node.name) ? 'module' : 'namespace', node.name.text, node.name, node)
    } else if (ts.isPropertyAssignment(node)) {
      const kind = value(node.initializer)
      if (kind && !ts.isComputedPropertyName(node.name)) { own(node.initializer); add(kind === 'class' ? 'class' : 'method', keyOf(node.name), node.name, node) }
      else if (kind) own(node.initializer)
    } else if (ts.isBinaryExpression(node) && node.operatorToken.kind === K.EqualsToken && ts.isPropertyAccessExpression(node.left)) assigned(node)
    ts.forEachChild(node, visit)
  }
  const assigned = (node) => {
    const kind = value(node.right)
    const text = node.left.getText(source).replace(/\s/g, '')
    const right = unwrap(node.right)
    const whole = text === 'module.exports'
    const exported = /^(?:module\.)?exports\.[\w$]+$/.test(text)
    if (!kind) {
      const bare = ts.isIdentifier(right) || ts.isBinaryExpression(right) && right.operatorToken.kind === K.EqualsToken ||
        ts.isVoidExpression(right) || ts.isPrefixUnaryExpression(right) || isRequire(node.right)
      if (exported && !bare) add('variable', node.left.name.text, node, node.left)
      return
    }
    // The binder gives a symbol to what it takes for a declaration: exports, prototypes, properties of functions and objects, this.
    if (!node.left.symbol && !node.symbol && !exported && !whole) return
    own(node.right)
    if (whole) add(kind, right.name?.text ?? 'module.exports', node, node)
    else add(kind === 'class' ? 'class' : /\.prototype\.|^this\./.test(text) ? 'method' : 'function', node.left.name.text, node, node.left.symbol ? node.left : node)
  }
  visit(source)
  return found.map(([kind, name, at]) => [kind, name, at])
}

const configs = new Map()
function optionsFor(file) { // the nearest tsconfig.json or jsconfig.json below the root, else plain defaults
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (!configs.has(folder)) {
      const config = ['tsconfig.json', 'jsconfig.json'].map((one) => path.join(folder, one)).find((one) => fs.existsSync(one))
      let options = null
      if (config) {
        const read = ts.readConfigFile(config, ts.sys.readFile)
        options = ts.parseJsonConfigFileContent(read.config ?? {}, { ...ts.sys, readDirectory: () => [] }, folder, undefined, config).options
      }
      configs.set(folder, options)
    }
    if (configs.get(folder)) return configs.get(folder)
    if (folder === root || folder === path.dirname(folder)) return {}
  }
}
// Workspace members are linked as a package manager would link them: seen through the host, nothing is written.
const members = new Map()
const manifests = []
{
  const all = []
  const look = (folder) => {
    for (const name of ['package.json', 'deno.json']) {
      const at = path.join(folder, name)
      if (fs.existsSync(at)) { try { all.push([folder, JSON.parse(fs.readFileSync(at, 'utf8'))]) } catch { /* not JSON: no package */ } }
    }
    for (const one of fs.readdirSync(folder, { withFileTypes: true })) if (one.isDirectory() && !SKIPPED.has(one.name)) look(path.join(folder, one.name))
  }
  look(root)
  manifests.push(...all)
  for (const [folder, manifest] of all) {
    let patterns = Array.isArray(manifest.workspaces) ? manifest.workspaces : manifest.workspaces?.packages ?? (Array.isArray(manifest.workspace) ? manifest.workspace : [])
    const pnpm = path.join(folder, 'pnpm-workspace.yaml')
    if (fs.existsSync(pnpm)) {
      const block = /^packages:\s*\n((?:[ \t]*(?:-.*|#.*)?\n)*)/m.exec(fs.readFileSync(pnpm, 'utf8') + '\n')
      patterns = [...patterns, ...[...(block?.[1] ?? '').matchAll(/^[ \t]*-[ \t]*['"]?([^'"#\n]+?)['"]?[ \t]*(?:#.*)?$/gm)].map((one) => one[1])]
    }
    const matcher = (one) => new RegExp('^' + one.replace(/^\.?\//, '').replace(/\/$/, '').replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*\*/g, '\0').replace(/\*/g, '[^/]*').replace(/\0/g, '.*') + '$')
    const wanted = patterns.filter((one) => !one.startsWith('!')).map(matcher)
    const refused = patterns.filter((one) => one.startsWith('!')).map((one) => matcher(one.slice(1)))
    for (const [inner, other] of all) {
      const relative = path.relative(folder, inner)
      if (!other.name || relative.startsWith('..') || members.has(other.name)) continue
      if ((relative === '' && patterns.length || wanted.some((one) => one.test(relative))) && !refused.some((one) => one.test(relative))) members.set(other.name, inner)
    }
  }
}
for (const [folder, manifest] of manifests) { // what is depended on by path is linked too
  for (const [name, wanted] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    const at = /^(?:file|link|portal):(.*)/.exec(wanted)
    if (at && !members.has(name)) members.set(name, path.resolve(folder, at[1]))
  }
}
function linked(file) {
  const at = file.lastIndexOf('/node_modules/')
  if (at < 0) return file
  const rest = file.slice(at + 14).split('/')
  const count = rest[0].startsWith('@') ? 2 : 1
  const folder = members.get(rest.slice(0, count).join('/'))
  return folder ? path.join(folder, ...rest.slice(count)) : file
}
const host = {
  ...ts.sys,
  fileExists: (one) => ts.sys.fileExists(linked(one)),
  readFile: (one) => ts.sys.readFile(linked(one)),
  directoryExists: (one) => one.endsWith('/node_modules') || /\/node_modules\/@[^/]*$/.test(one) || ts.sys.directoryExists(linked(one)),
  realpath: (one) => ts.sys.realpath(linked(one)),
}
// A JavaScript file runs what lies beside a declaration, not the declaration.
function running(target, importer) {
  const declared = target.replace(/\.d\.ts$/, '')
  if (declared !== target && fs.existsSync(declared) && fs.statSync(declared).isFile()) return declared // `a.svelte.d.ts` declares `a.svelte`
  if (/\.[cm]?tsx?$/.test(importer)) return target
  const beside = target.replace(/\.d\.([cm]?)ts$/, '.$1js')
  return beside !== target && fs.existsSync(beside) ? beside : target
}
const cache = new Map()
function resolved(specifier, file, mode) {
  const given = optionsFor(file)
  const bundler = ts.ModuleResolutionKind.Bundler
  const kind = given.moduleResolution ?? (given.module >= ts.ModuleKind.Node16 && given.module < ts.ModuleKind.ESNext + 100 && given.module >= 100 ? ts.ModuleResolutionKind.NodeNext : bundler)
  const options = { ...given, allowJs: true, resolveJsonModule: true, allowImportingTsExtensions: true, customConditions: [...(given.customConditions ?? []), 'node'], moduleResolution: kind === ts.ModuleResolutionKind.Classic ? bundler : kind, preserveSymlinks: false }
  const bare = specifier.replace(/^node:/, '')
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) return ['builtin', bare]
  const key = JSON.stringify([specifier, path.dirname(file), /\.[cm]?tsx?$/.test(file), mode])
  if (!cache.has(key)) {
    let got
    // A JavaScript file runs code: the compiler is asked for that first, as `noDtsResolution` does.
    const code = /\.[cm]?tsx?$/.test(file) ? [] : [{ ...options, moduleResolution: bundler, noDtsResolution: true }]
    for (const one of [...code, options, { ...options, moduleResolution: bundler }]) {
      got = ts.resolveModuleName(specifier, file, one, host, undefined, undefined, mode).resolvedModule
      if (got) break
    }
    cache.set(key, got)
  }
  const got = cache.get(key)
  if (got) {
    const relative = path.relative(root, running(fs.realpathSync(linked(got.resolvedFileName)), file))
    if (!relative.startsWith('..') && !relative.includes('node_modules')) return ['file', relative]
    return ['external', packageOf(specifier)]
  }
  if (/^\.{0,2}\//.test(specifier) || specifier === '.' || specifier === '..') {
    const asset = path.resolve(path.dirname(file), specifier.split('?')[0])
    return fs.existsSync(asset) && fs.statSync(asset).isFile() ? ['file', path.relative(root, asset)] : ['unknown', '']
  }
  const member = members.get(packageOf(specifier))
  if (member) return ['built', path.relative(root, member)]
  return [/^(?:@[\w.-]+\/)?[\w.-]+$/.test(packageOf(specifier)) ? 'external' : 'unknown', packageOf(specifier)]
}
const packageOf = (one) => one.split('/').slice(0, one.startsWith('@') ? 2 : 1).join('/')

function importsOf(source) {
  const found = []
  const line = (node) => source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const add = (literal, node, mode = ts.ModuleKind.ESNext) => {
    if (!literal || !ts.isStringLiteralLike(literal)) return
    found.push([literal.text, line(node), ...resolved(literal.text, source.fileName, mode)])
  }
  for (const one of source.referencedFiles) {
    const at = path.resolve(path.dirname(source.fileName), one.fileName)
    found.push([one.fileName.replace(/^(?!\.{0,2}\/)/, './'), source.getLineAndCharacterOfPosition(one.pos).line + 1, fs.existsSync(at) ? 'file' : 'unknown', fs.existsSync(at) ? path.relative(root, at) : ''])
  }
  for (const one of source.typeReferenceDirectives) {
    found.push([one.fileName, source.getLineAndCharacterOfPosition(one.pos).line + 1, ...resolved(one.fileName, source.fileName)])
  }
  const waiting = [source]
  while (waiting.length) {
    const node = waiting.pop()
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) add(node.moduleSpecifier, node)
    else if (ts.isExternalModuleReference(node)) add(node.expression, node.parent)
    else if (ts.isImportTypeNode(node)) add(node.argument.literal, node)
    else if (ts.isCallExpression(node) && node.expression.kind === K.ImportKeyword) add(node.arguments[0], node)
    else if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require' &&
      node.arguments.length === 1) add(node.arguments[0], node, ts.ModuleKind.CommonJS)
    ts.forEachChild(node, (one) => { waiting.push(one) })
  }
  return found
}

const files = [...walk(root)]
const program = ts.createProgram(files, { allowJs: true, noResolve: true, noLib: true, target: ts.ScriptTarget.ESNext, jsx: ts.JsxEmit.Preserve, experimentalDecorators: true })
program.getTypeChecker()
for (const file of files) {
  const source = program.getSourceFile(file)
  if (!source) continue
  const errors = program.getSyntacticDiagnostics(source).filter((one) => one.code < 8000).length
  console.log(JSON.stringify({ file: path.relative(root, file), errors, symbols: symbolsOf(source), imports: importsOf(source) }))
}
