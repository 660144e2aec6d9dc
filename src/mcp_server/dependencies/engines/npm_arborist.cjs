// One side of a conversation: questions come in as lines of JSON, answers go out as a length, a line break, and JSON.
//
// Written for npm's own tree builder (@npmcli/arborist of the npm that the first line names). It only ever calls
// buildIdealTree: nothing is installed, no script runs, and what is written are the package.json files of the question
// in the folder that this was started in. No request goes to any host but the registry's and the proxy's.
// Below: npm. Above: npm_program.py, which starts this in an empty folder with an empty environment.
'use strict'

const fs = require('node:fs')
const { createRequire } = require('node:module')
const net = require('node:net')
const path = require('node:path')
const readline = require('node:readline')

const ROOT = 'plumbrule-question'
const MAX_EDGES = 400
const MAX_SAID = 2000
const FAILED_PLACE = 'EPLUMBRULEPLACE'
const REGISTRY_TYPES = new Set(['range', 'version', 'tag'])
const MAX_AHEAD = 3000
const MAX_KEPT_BYTES = 256 * 1024 * 1024

let npm
let settings
let turn = 0
let bucket = null
let ahead = 0
let giveUp = null

// npm's builder throws some faults of published packages outside of its promises: they end the question, not us.
for (const kind of ['uncaughtException', 'unhandledRejection']) {
  process.on(kind, error => {
    if (giveUp === null) process.exit(1)
    giveUp(error)
  })
}

function start (line) {
  settings = JSON.parse(line)
  const from = createRequire(path.join(settings.npm, 'package.json'))
  npm = {
    Arborist: from('@npmcli/arborist'),
    pacote: from('pacote'),
    npa: from('npm-package-arg'),
    semver: from('semver'),
    packuments: new Kept(),
    manifests: new Map(),
  }
  guardNetwork(new Set(settings.hosts))
  guardSpecs()
  const arborist = from('@npmcli/arborist/package.json').version
  return { ready: true, arborist, npm: require(path.join(settings.npm, 'package.json')).version, node: process.version }
}

// What was fetched, by key, the least recently used first out. npm's own keeps nothing that is larger than 1 MB.
class Kept extends Map {
  bytes = 0
  set (key, value) {
    const size = value && value._contentLength ? value._contentLength * 3 : 100_000
    this.delete(key)
    this.bytes += size
    super.set(key, { value, size })
    for (const [oldest] of this) {
      if (this.bytes <= MAX_KEPT_BYTES) break
      this.delete(oldest)
    }
    return this
  }

  get (key) {
    const found = super.get(key)
    if (found === undefined) return undefined
    super.delete(key)
    super.set(key, found)
    return found.value
  }

  delete (key) {
    const found = super.get(key)
    if (found !== undefined) this.bytes -= found.size
    return super.delete(key)
  }

  // Names of packages whose publish times were not told: a cut-off cannot leave their versions out.
  undated () {
    const found = new Set()
    for (const [, { value }] of this) {
      if (value && value.name && !(value.time && Object.keys(value.time).length > 1)) found.add(value.name)
    }
    return [...found].sort().slice(0, 50)
  }

  clear () {
    this.bytes = 0
    super.clear()
  }
}

// Whatever asks for it: no socket to a host that nobody configured.
function guardNetwork (hosts) {
  const connect = net.Socket.prototype.connect
  net.Socket.prototype.connect = function (...given) {
    const flat = Array.isArray(given[0]) ? given[0] : given
    const options = typeof flat[0] === 'object' && flat[0] !== null ? flat[0]
      : typeof flat[0] === 'number' ? { port: flat[0], host: typeof flat[1] === 'string' ? flat[1] : 'localhost' }
        : { path: flat[0] }
    const host = options.path ? options.path : `${options.host || 'localhost'}:${options.port}`.toLowerCase()
    if (!hosts.has(host)) {
      const error = Object.assign(new Error('a host that nobody configured'), { code: 'EPLUMBRULEHOST' })
      process.nextTick(() => this.destroy(error))
      return this
    }
    return connect.apply(this, given)
  }
}

// Only versions of registries are looked up; each once in a bucket of time.
function guardSpecs () {
  const resolve = npm.npa.resolve
  npm.npa.resolve = (...given) => {
    try {
      return resolve(...given)
    } catch {
      // What a published package may ask for (`patch:`, no name at all) throws where nobody catches it. As an address
      // it is refused like any other.
      return resolve('unreadable', 'https://unreadable.invalid/')
    }
  }
  const manifest = npm.pacote.manifest
  npm.pacote.manifest = (raw, options) => {
    const spec = npm.npa(raw, options && options.where)
    const registry = spec.registry || (spec.subSpec && spec.subSpec.registry)
    const real = spec.type === 'alias' ? spec.subSpec : spec
    if (!registry || !REGISTRY_TYPES.has(real.type)) {
      const error = Object.assign(new Error('a place instead of a version'), { code: FAILED_PLACE, asked: spec.name })
      return Promise.reject(error)
    }
    const key = JSON.stringify([real.name, real.rawSpec, options.nodeVersion || '', String(options.before || '')])
    let found = npm.manifests.get(key)
    if (found === undefined) {
      found = manifest.call(npm.pacote, raw, options).catch(error => {
        npm.manifests.delete(key)
        throw Object.assign(error, { asked: real.name })
      })
      npm.manifests.set(key, found)
      found.then(one => lookAhead(one, options, turn), () => {})
    }
    return found.then(one => ({ ...one }))
  }
  for (const name of ['extract', 'tarball', 'resolve']) {
    npm.pacote[name] = () => Promise.reject(Object.assign(new Error('never'), { code: FAILED_PLACE }))
  }
}

// The builder goes down level by level and waits for each; what it will ask for next is known as soon as a manifest is.
// Ends with the question, and after so many: a registry could go on for ever.
function lookAhead (manifest, options, asking) {
  const peers = manifest.peerDependenciesMeta || {}
  const wanted = { ...manifest.dependencies }
  for (const [name, range] of Object.entries(manifest.peerDependencies || {})) {
    if (!(peers[name] && peers[name].optional)) wanted[name] = range
  }
  for (const [name, range] of Object.entries(wanted)) {
    if (asking !== turn || ahead >= MAX_AHEAD) return
    ahead += 1
    try {
      npm.pacote.manifest(npm.npa.resolve(name, range), options).catch(() => {})
    } catch {
      // no name and range: the builder says so when it comes there
    }
  }
}

function options (question, folder) {
  const made = {
    path: folder,
    registry: settings.registry,
    cache: settings.cache,
    offline: settings.offline,
    timeout: settings.timeout_ms,
    fetchRetries: 1,
    maxSockets: 24,
    fetchRetryMintimeout: 200,
    fetchRetryMaxtimeout: 1000,
    proxy: settings.proxy || null,
    httpsProxy: settings.proxy || null,
    noProxy: '',
    ignoreScripts: true,
    strictPeerDeps: true,
    legacyPeerDeps: false,
    force: false,
    audit: false,
    fund: false,
    packageLock: false,
    lockfileVersion: 3,
    allowGit: 'none',
    allowRemote: 'none',
    allowFile: 'none',
    allowDirectory: 'root',
    packumentCache: npm.packuments,
    // without one no engine is compared; arborist's own default would be the Node that runs it
    nodeVersion: question.node || null,
    os: question.os,
    cpu: question.cpu,
  }
  if (question.os === 'linux') made.libc = 'glibc'
  if (question.before) made.before = new Date(question.before)
  if (settings.token) {
    const place = new URL(settings.registry)
    made[`//${place.host}${place.pathname.replace(/\/*$/, '/')}:_authToken`] = settings.token
  }
  return made
}

async function tree (question) {
  const folder = path.join(process.cwd(), `q${turn}`)
  fs.mkdirSync(folder)
  let arborist
  try {
    fs.writeFileSync(path.join(folder, 'package.json'), question.root)
    for (const [name, text] of Object.entries(question.members || {})) {
      fs.mkdirSync(path.join(folder, name))
      fs.writeFileSync(path.join(folder, name, 'package.json'), text)
    }
    arborist = new npm.Arborist(options(question, folder))
    const ideal = await Promise.race([arborist.buildIdealTree(), new Promise((resolve, reject) => { giveUp = reject })])
    const link = [...ideal.inventory.values()].find(node => node.isLink && !node.isWorkspace && !node.target.isWorkspace)
    if (link) throw Object.assign(new Error('a place instead of a version'), { code: FAILED_PLACE, asked: link.name })
    const answer = { kind: 'solved', nodes: nodesOf(ideal) }
    if (question.before) answer.undated = npm.packuments.undated()
    if (question.lock) answer.lock = String(ideal.meta.toString({ resolveOptions: {} }))
    return answer
  } catch (error) {
    return failure(error, question, arborist && arborist.idealTree)
  } finally {
    giveUp = () => {}
    turn += 1 // whatever looks ahead stops here
    ahead = 0
    fs.rmSync(folder, { recursive: true, force: true })
  }
}

function labelled (node) {
  if (node.isProjectRoot) return ROOT
  return node.isWorkspace || node.isTop ? node.packageName : node.packageName || node.name
}

function edgeOf (edge) {
  return [labelled(edge.from), edge.from.version || '', edge.name, edge.spec]
}

function nodesOf (ideal) {
  const found = []
  for (const node of ideal.inventory.values()) {
    if (node.isProjectRoot || node.isWorkspace || node.isLink || node.inert || node.extraneous) continue
    const askers = new Set()
    for (const edge of node.edgesIn) askers.add(labelled(edge.from))
    found.push({
      name: node.packageName,
      alias: node.name === node.packageName ? '' : node.name,
      version: node.version,
      at: node.location,
      via: [...askers].sort(),
      node: (node.package.engines && node.package.engines.node) || '',
      optional: Boolean(node.optional),
      integrity: node.integrity || '',
      resolved: node.resolved || '',
      deprecated: Boolean(node.package.deprecated),
      path: pathTo(node),
    })
  }
  return found
}

// The shortest way down from what was asked, as edges.
function pathTo (node) {
  const seen = new Set([node])
  let front = [[node, []]]
  while (front.length) {
    const next = []
    for (const [at, below] of front) {
      const edges = [...at.edgesIn].sort((a, b) => (a.from.location < b.from.location ? -1 : 1))
      for (const edge of edges) {
        if (seen.has(edge.from)) continue
        const whole = [edgeOf(edge), ...below]
        if (edge.from.isProjectRoot || edge.from.isWorkspace) return whole
        seen.add(edge.from)
        next.push([edge.from, whole])
      }
    }
    front = next
  }
  return []
}

// Every edge inside one of npm's explanations.
function walk (explained, found, seen = new Set()) {
  if (explained === null || typeof explained !== 'object' || seen.has(explained) || found.length > MAX_EDGES * 4) return
  seen.add(explained)
  if (typeof explained.spec === 'string' && typeof explained.name === 'string' && explained.from) {
    const from = explained.from
    const asker = from.name || (from.location !== undefined ? ROOT : '')
    const spec = typeof explained.rawSpec === 'string' ? explained.rawSpec : explained.spec
    if (asker) found.push([asker, from.version || '', explained.name, spec])
  }
  for (const below of Object.values(explained)) walk(below, found, seen)
}

function distinct (edges) {
  const seen = new Map(edges.map(edge => [JSON.stringify(edge), edge]))
  return [...seen.values()].slice(0, MAX_EDGES)
}

function failure (error, question, ideal) {
  const code = String((error && error.code) || 'EUNKNOWN')
  const said = String((error && error.message) || error).slice(0, MAX_SAID)
  if (code === 'ERESOLVE') {
    const found = []
    for (const part of [error.edge, error.currentEdge, error.current, error.dep, error.peerConflict]) walk(part, found)
    return { kind: 'conflict', code, said, edges: distinct(found) }
  }
  const edges = []
  let asked = String((error && error.asked) || '')
  if (ideal) {
    for (const node of ideal.inventory.values()) {
      if (node.errors && node.errors.includes(error)) {
        walk(node.explain(), edges)
        asked = asked || node.name
      }
    }
  }
  // With a cut-off nothing may be left of a package; without one it was unpublished.
  const none = code === 'ETARGET' || code === 'EOVERRIDE' || (code === 'ENOVERSIONS' && question.before)
  const kind = none ? 'conflict' : 'failed'
  return { kind, code, said, asked, edges: distinct(edges), status: (error && error.statusCode) || 0 }
}

async function versions (question) {
  try {
    const made = options(question, process.cwd())
    const packument = await npm.pacote.packument(question.package, { ...made, fullMetadata: Boolean(question.before) })
    const times = packument.time || {}
    const found = []
    for (const [version, manifest] of Object.entries(packument.versions || {})) {
      if (!npm.semver.valid(version) || npm.semver.prerelease(version) || manifest.deprecated) continue
      const when = Date.parse(times[version])
      if (question.before && !(when <= Date.parse(question.before))) continue
      const node = (manifest.engines && typeof manifest.engines.node === 'string' && manifest.engines.node) || ''
      const peers = Object.entries(manifest.peerDependencies || {}).filter(([, range]) => typeof range === 'string')
      found.push([version, node, peers])
    }
    found.sort((a, b) => npm.semver.rcompare(a[0], b[0]))
    return { kind: 'versions', versions: found, times: Object.keys(times).length > 0 }
  } catch (error) {
    return failure(Object.assign(error, { asked: question.package }), question)
  }
}

async function answer (line) {
  const question = JSON.parse(line)
  if (question.bucket !== bucket) {
    bucket = question.bucket
    npm.packuments.clear()
    npm.manifests.clear()
  }
  return question.package ? versions(question) : tree(question)
}

async function main () {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    let made
    try {
      made = npm === undefined ? start(line) : await answer(line)
    } catch (error) {
      made = { kind: 'failed', code: 'EPLUMBRULE', said: String((error && error.stack) || error).slice(0, MAX_SAID) }
    }
    const body = Buffer.from(JSON.stringify(made))
    process.stdout.write(`${body.length}\n`)
    process.stdout.write(body)
  }
}

main()
