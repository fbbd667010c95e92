/**
 * Makes src/sandbox/protobuf/messages.generated.json from the struct tags of Kubernetes' Go API types. Effects: reads a directory, writes one file.
 *
 * Usage: node scripts/gen-sandbox-protobuf.ts DIR
 * DIR holds the Go modules `api@vX` and `apimachinery@vX` of k8s.io (`$(go env GOMODCACHE)/k8s.io` after `go mod download`).
 *
 * Only facts are kept: field numbers, JSON names, types, what is left out when empty. See src/sandbox/protobuf/messages.ts for the notation.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { SchemaFacts } from '../src/sandbox/schema/facts.ts'

const ROOT = join(import.meta.dirname, '..', 'src', 'sandbox')
/** Bodies that are no resource. */
const MORE = [
  'meta.v1.DeleteOptions',
  'autoscaling.v1.Scale',
  'policy.v1.Eviction',
  'authentication.v1.TokenRequest',
  'authentication.v1.SelfSubjectReview',
]
const META = 'meta.v1'

interface GoPackage {
  /** `core.v1`. */
  name: string
  /** Import aliases over all files: `metav1` -> `meta.v1`. */
  imports: Map<string, string>
  /** Declarations: the Go type, or the fields of a struct. */
  types: Map<string, string | GoField[]>
}

interface GoField {
  type: string
  json: string
  number: number
}

function main(modules: string): void {
  const facts = JSON.parse(readFileSync(join(ROOT, 'schema', 'builtin.generated.json'), 'utf8')) as SchemaFacts
  const packages = createPackages(modules)
  const messages: Record<string, Record<string, string>> = {}

  function collect(name: string): void {
    if (messages[name] !== undefined) return
    const [owner, type] = split(name)
    const declared = packages(owner)?.types.get(type)
    if (declared === undefined) return
    const message: Record<string, string> = {}
    messages[name] = message
    if (!Array.isArray(declared)) {
      if (!declared.startsWith('[]')) throw new Error(`Cannot make a message of ${name}`)
      message['1'] = ' [s'
      return
    }
    for (const field of declared) {
      message[field.number] = `${field.json.split(',')[0] ?? ''} ${describe(owner, field)}`
    }
  }

  function describe(owner: string, field: GoField): string {
    const [, ...options] = field.json.split(',')
    if (options.includes('inline') || field.json === '') return `^${plain(owner, field.type)}`
    const text = plain(owner, field.type)
    const empties = options.includes('omitempty') && /^[sbiyd]$/.test(text) && !field.type.startsWith('*')
    return empties ? `-${text}` : text
  }

  /** The notation of a Go type. */
  function plain(owner: string, goType: string): string {
    if (goType.startsWith('*')) return plain(owner, goType.slice(1))
    if (goType === '[]byte') return 'y'
    if (goType.startsWith('[]')) return `[${plain(owner, goType.slice(2))}`
    const map = /^map\[[\w.]+\](.+)$/.exec(goType)
    if (map !== null) return `{${plain(owner, map[1]!)}`
    const scalar = { string: 's', bool: 'b', int32: 'i', int64: 'i', int: 'i', uint32: 'i', float64: 'd' }[goType]
    if (scalar !== undefined) return scalar
    const [alias, local] = goType.includes('.') ? (goType.split('.') as [string, string]) : ['', goType]
    const home = alias === '' ? owner : (packages(owner)?.imports.get(alias) ?? '')
    const leaf = leafOf(home, local)
    if (leaf !== undefined) return leaf
    const declared = packages(home)?.types.get(local)
    if (declared === undefined) throw new Error(`Cannot find ${goType} (in ${home}) of ${owner}`)
    if (Array.isArray(declared) || declared.startsWith('[]')) {
      collect(`${home}.${local}`)
      return `@${home}.${local}`
    }
    return plain(home, declared)
  }

  for (const { type } of facts.resources) collect(type)
  for (const name of MORE) collect(name)
  const wanted = facts.resources.map((resource) => resource.type).filter((type) => messages[type] === undefined)
  const sorted = Object.fromEntries(Object.entries(messages).sort(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(join(ROOT, 'protobuf', 'messages.generated.json'), `${JSON.stringify(sorted)}\n`)
  console.log(`${Object.keys(messages).length} messages; without: ${wanted.join(', ')}`)
}

/** Types with a wire form of their own. */
function leafOf(home: string, type: string): string | undefined {
  switch (`${home}.${type}`) {
    case 'resource.Quantity':
      return 'q'
    case 'util.intstr.IntOrString':
      return 'x'
    case `${META}.Time`:
      return 't'
    case `${META}.MicroTime`:
      return 'u'
    case 'runtime.RawExtension':
    case `${META}.FieldsV1`:
      return 'r'
    case 'types.UID':
    case 'types.NodeName':
      return 's'
    default:
      return undefined
  }
}

function createPackages(modules: string): (name: string) => GoPackage | undefined {
  const moduleOf = (name: string) => {
    const found = readdirSync(modules).find((entry) => entry.startsWith(`${name}@`))
    if (found === undefined) throw new Error(`Cannot find the Go module k8s.io/${name} in ${modules}`)
    return join(modules, found)
  }
  const api = moduleOf('api')
  const machinery = moduleOf('apimachinery')
  const cache = new Map<string, GoPackage | undefined>()
  return (name) => {
    if (!cache.has(name)) {
      const directory = name === META ? join(machinery, 'pkg', 'apis', 'meta', 'v1') : join(api, ...name.split('.'))
      cache.set(name, existsSync(directory) ? readPackage(name, directory) : undefined)
    }
    return cache.get(name)
  }
}

function readPackage(name: string, directory: string): GoPackage {
  const result: GoPackage = { name, imports: new Map(), types: new Map() }
  for (const file of readdirSync(directory).filter(
    (one) => /\.go$/.test(one) && !/_test\.go$|^zz_|generated/.test(one),
  )) {
    const source = readFileSync(join(directory, file), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    for (const [, alias, path = ''] of source.matchAll(/^\s*(?:import\s+)?(\w+)?\s*"k8s\.io\/([^"]+)"/gm)) {
      const home = path.replace(/^(apimachinery\/pkg\/(apis\/|api\/)?|api\/)/, '').replaceAll('/', '.')
      result.imports.set(alias ?? path.slice(path.lastIndexOf('/') + 1), home)
    }
    for (const [, type = '', body = ''] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
      result.types.set(type, fieldsOf(body))
    }
    for (const [, type = '', target = ''] of source.matchAll(
      /^(?:type |\t)(\w+) (\[\]\w+|map\[[\w.]+\][\w.[\]]+|string|bool|u?int\d*)\s*$/gm,
    )) {
      if (!result.types.has(type)) result.types.set(type, target)
    }
  }
  return result
}

function fieldsOf(body: string): GoField[] {
  const fields: GoField[] = []
  for (const line of body.split('\n')) {
    const match = /^\s*(?:\w+\s+)?([\w.*[\]]+)\s+`([^`]*)`/.exec(line)
    if (match === null || /^\s*\/\//.test(line)) continue
    const [, type = '', tags = ''] = match
    const number = /protobuf:"\w+,(\d+),/.exec(tags)?.[1]
    const json = /json:"([^"]*)"/.exec(tags)?.[1]
    if (number !== undefined && json !== undefined) fields.push({ type, json, number: Number(number) })
  }
  return fields
}

function split(name: string): [string, string] {
  const dot = name.lastIndexOf('.')
  return [name.slice(0, dot), name.slice(dot + 1)]
}

const directory = process.argv[2]
if (directory === undefined) {
  console.error('Usage: node scripts/gen-sandbox-protobuf.ts DIR')
  process.exitCode = 2
} else main(directory)
