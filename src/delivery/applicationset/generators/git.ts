/** The git generator (Argo CD, Generators-Git): directories, or what files say. */
import { posix } from 'node:path'
import type { GitGenerator } from '../../../api/applicationset.ts'
import { messageOf } from '../../../api/errors.ts'
import { isRecord } from '../../../kube/fields.ts'
import { parseYaml } from '../../../kube/yaml.ts'
import type { GitTree } from '../context.ts'
import type { Generation } from '../generation.ts'
import { matchesPath, matchesPathspec } from '../globs.ts'
import { flatten, normalizeName } from '../params.ts'
import { type Params, stringList } from '../templates.ts'
import { withValues } from './values.ts'

/** Directories win when both are given. In either, what an `exclude` matches is out, whatever else matches it. */
export async function gitParams(git: GitGenerator, generation: Generation): Promise<Params[]> {
  const { directories = [], files = [] } = git
  if (directories.length === 0 && files.length === 0) throw new Error('neither directories nor files are given')
  const tree = await generation.context.git(git.repoURL, git.revision)
  const { goTemplate } = generation.dialect
  const params: Params[] = []
  if (directories.length > 0) {
    const chosen = (await tree.directories()).filter((path) => isWanted(directories, path, matchesPath))
    for (const path of chosen) params.push(pathParams(path, undefined, git, goTemplate))
  } else {
    const chosen = (await tree.files()).filter((path) => isWanted(files, path, matchesPathspec))
    for (const path of chosen) params.push(...(await fileParams(tree, path, git, goTemplate)))
  }
  return withValues(params, git.values, generation)
}

function isWanted(
  items: readonly { readonly path: string; readonly exclude?: boolean | undefined }[],
  path: string,
  matches: (pattern: string, path: string) => boolean,
): boolean {
  let included = false
  for (const item of items) {
    if (!matches(item.path, path)) continue
    if (item.exclude === true) return false
    included = true
  }
  return included
}

async function fileParams(tree: GitTree, path: string, git: GitGenerator, goTemplate: boolean): Promise<Params[]> {
  const own = pathParams(posix.dirname(path), posix.basename(path), git, goTemplate)
  const objects = parseParams(await tree.read(path), path)
  return objects.map((object) => ({ ...(goTemplate ? object : flatten(object)), ...own }))
}

/** An empty file is one element without parameters. */
function parseParams(text: string, path: string): Params[] {
  let value: unknown
  try {
    value = parseYaml(text).documents[0]?.value ?? {}
  } catch (error) {
    throw new Error(`${path} is neither YAML nor JSON: ${messageOf(error)}`, { cause: error })
  }
  if (isRecord(value)) return [value]
  if (Array.isArray(value) && value.every((one) => isRecord(one) || one === null)) return value.map((one) => one ?? {})
  throw new Error(`${path} is neither a map nor a list of maps`)
}

function pathParams(path: string, filename: string | undefined, git: GitGenerator, goTemplate: boolean): Params {
  const { pathParamPrefix: prefix = '' } = git
  const basename = posix.basename(path)
  const segments = path.split('/')
  const named: Record<string, string> = { basename, basenameNormalized: normalizeName(basename) }
  if (filename !== undefined) {
    named['filename'] = filename
    named['filenameNormalized'] = normalizeName(filename)
  }
  if (goTemplate) {
    const tree = { path: { path, ...named, segments: stringList(segments) } }
    return prefix === '' ? tree : { [prefix]: tree }
  }
  const name = prefix === '' ? 'path' : `${prefix}.path`
  const flat: Record<string, string> = { [name]: path }
  for (const [key, value] of Object.entries(named)) flat[`${name}.${key}`] = value
  for (const [index, segment] of segments.entries()) if (segment !== '') flat[`${name}[${index}]`] = segment
  return flat
}
