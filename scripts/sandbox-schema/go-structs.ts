/** Reads from Go sources which fields of the API types are pointers and which are always on the wire. Effects: reads files. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface GoField {
  /** As written: `*int32`, `[]string`, `Protocol`. */
  readonly type: string
  readonly pointer: boolean
  readonly omitEmpty: boolean
  readonly omitZero: boolean
}

export interface GoStruct {
  readonly fields: ReadonlyMap<string, GoField>
  /** Names of structs whose fields are written as its own. */
  readonly inlined: readonly string[]
  /** The last element of its package's path, as Go prints it: `v1`. */
  readonly package: string
}

/** Modules and the folders in them that hold API types, with the prefix of their names in the facts. */
const FOLDERS: readonly [module: string, glob: string, prefix: RegExp][] = [
  ['api', '*/v*/types*.go', /\/api@[^/]+\//],
  ['apimachinery', 'pkg/apis/meta/v1/types.go', /\/apimachinery@[^/]+\/pkg\/apis\//],
  ['apiextensions-apiserver', 'pkg/apis/apiextensions/v1/types*.go', /\/apiextensions-apiserver@[^/]+\/pkg\/apis\//],
  ['kube-aggregator', 'pkg/apis/apiregistration/v1/types.go', /\/kube-aggregator@[^/]+\/pkg\/apis\//],
]

/** By the short names of the facts (`apps.v1.Deployment`). `modules` holds folders named `api@v0.35.4` and so on. */
export function readGoStructs(modules: string, version: string): Map<string, GoStruct> {
  const structs = new Map<string, GoStruct>()
  for (const [module, glob, prefix] of FOLDERS) {
    const root = join(modules, `${module}@${version}`)
    const files = globSync(glob, { cwd: root })
    if (files.length === 0) throw new Error(`Cannot find Go types in ${root}`)
    for (const file of files) {
      const path = join(root, file)
      const folder = path.slice(path.search(prefix)).replace(prefix, '').split('/').slice(0, -1)
      for (const [name, struct] of structsOf(readFileSync(path, 'utf8'))) {
        structs.set(`${folder.join('.')}.${name}`, { ...struct, package: folder.at(-1) ?? '' })
      }
    }
  }
  return new Map([...structs].map(([name, struct]) => [name, withInlined(name, struct, structs)]))
}

/** Fields of inlined structs are those of their holder. */
function withInlined(name: string, struct: GoStruct, all: ReadonlyMap<string, GoStruct>): GoStruct {
  const fields = new Map(struct.fields)
  for (const inlined of struct.inlined) {
    const key = `${name.slice(0, name.lastIndexOf('.'))}.${inlined}`
    const found = all.get(key)
    if (found !== undefined) for (const [field, go] of withInlined(key, found, all).fields) fields.set(field, go)
  }
  return { ...struct, fields }
}

function structsOf(source: string): Map<string, Omit<GoStruct, 'package'>> {
  const structs = new Map<string, Omit<GoStruct, 'package'>>()
  for (const [, name = '', body = ''] of source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) {
    const fields = new Map<string, GoField>()
    for (const [, type = '', tag = ''] of body.matchAll(/^\t\w+\s+(\S+)\s+`(?:[^`]*\s)?json:"([^"]*)"/gm)) {
      const [field = '', ...options] = tag.split(',')
      if (field === '' || field === '-') continue
      fields.set(field, {
        type,
        pointer: type.startsWith('*'),
        omitEmpty: options.includes('omitempty'),
        omitZero: options.includes('omitzero'),
      })
    }
    const inlined = [...body.matchAll(/^\t(\w+)\s+`json:",inline/gm)].map(([, type = '']) => type)
    structs.set(name, { fields, inlined })
  }
  return structs
}
