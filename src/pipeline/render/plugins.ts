/**
 * The config management plug-ins of this installation: ConfigManagementPlugin files in one folder of the operator. Never from a source
 * repository: whoever may push there would run programs here. Effect: reads the folder.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { HalcyonError, messageOf } from '../../api/errors.ts'
import { ConfigManagementPlugin, pluginName } from '../../api/plugin.ts'
import { unknownFields } from '../../api/unknown-fields.ts'
import { parseYaml } from '../../kube/yaml.ts'
import { isRecord } from './manifest.ts'

export interface Plugin {
  readonly name: string
  readonly spec: ConfigManagementPlugin['spec']
  /** Where its file lies; first on the PATH of its commands. */
  readonly directory: string
  /** `halcyon.dev/network: "true"`: its commands may use the network, and what they yield is not kept. */
  readonly network: boolean
  /** `halcyon.dev/copy: repository`: it sees the whole repository, not only the directory of the source. */
  readonly wholeRepository: boolean
  /** sha256 of its file and, for one in a folder of its own, of everything beside it. */
  readonly digest: string
}

/**
 * `<folder>/<any>.yaml` and `<folder>/<any>/plugin.yaml`, sorted by name, which is the order of discovery. Throws ConfigInvalid naming the
 * file when one cannot be read, and when two have one name.
 */
export async function readPlugins(folder: string): Promise<readonly Plugin[]> {
  const plugins: Plugin[] = []
  for (const file of await pluginFiles(resolve(folder))) plugins.push(...(await readPluginFile(file)))
  plugins.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const twice = plugins.find(({ name }, index) => plugins[index + 1]?.name === name)
  if (twice !== undefined)
    throw new HalcyonError('ConfigInvalid', `Cannot read the plug-ins in ${folder}: ${twice.name} is there twice`)
  return plugins
}

async function pluginFiles(folder: string): Promise<string[]> {
  try {
    const files: string[] = []
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (/\.ya?ml$/.test(entry.name) && !entry.isDirectory()) files.push(join(folder, entry.name))
      else if (entry.isDirectory() && (await readdir(join(folder, entry.name))).includes('plugin.yaml'))
        files.push(join(folder, entry.name, 'plugin.yaml'))
    }
    return files.sort()
  } catch (error) {
    throw new HalcyonError('ConfigInvalid', `Cannot read the plug-ins in ${folder}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

async function readPluginFile(file: string): Promise<Plugin[]> {
  try {
    const bytes = await readFile(file)
    const own = basename(file) === 'plugin.yaml'
    const digest = own ? await folderDigest(dirname(file)) : createHash('sha256').update(bytes).digest('hex')
    return parseYaml(bytes.toString('utf8')).documents.flatMap(({ value }) =>
      declarationsIn(value).map((one) => readPlugin(one, dirname(file), digest)),
    )
  } catch (error) {
    if (error instanceof HalcyonError) throw error
    throw new HalcyonError('ConfigInvalid', `Cannot read the plug-in in ${file}: ${messageOf(error)}`, { cause: error })
  }
}

/** Many keep the declaration in a ConfigMap, under `plugin.yaml`. */
function declarationsIn(value: unknown): unknown[] {
  if (!isRecord(value) || value['kind'] !== 'ConfigMap' || !isRecord(value['data'])) return [value]
  return Object.values(value['data']).flatMap((text) =>
    parseYaml(String(text)).documents.map((document) => document.value),
  )
}

function readPlugin(value: unknown, directory: string, digest: string): Plugin {
  const parsed = ConfigManagementPlugin.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new Error(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'it is no ConfigManagementPlugin'}`)
  }
  const { metadata, spec } = parsed.data
  const given = value as { spec: Record<string, unknown> }
  const [unknown] = Object.keys(given.spec).flatMap((key) => unknownFields({ [key]: 0 }, spec, 'spec'))
  if (unknown !== undefined) throw new Error(unknown)
  if (spec.generate.length === 0) throw new Error('spec.generate.command: it is empty')
  const annotations = metadata.annotations ?? {}
  return {
    name: pluginName(parsed.data),
    spec,
    directory,
    network: annotations['halcyon.dev/network'] === 'true',
    wholeRepository: annotations['halcyon.dev/copy'] === 'repository',
    digest,
  }
}

async function folderDigest(folder: string): Promise<string> {
  const hash = createHash('sha256')
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile())
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).sort())
    hash.update(`${path.slice(folder.length)}\0`).update(await readFile(path))
  return hash.digest('hex')
}
