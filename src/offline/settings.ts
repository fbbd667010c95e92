/** The settings that an offline question is asked with: the ConfigMap `argocd-cm` in a file, or its data in the question. Effects: reads the file. */
import { HalcyonError } from '../api/errors.ts'
import { noSettings, parseSettings, type Settings, settingsName } from '../api/settings/settings.ts'
import { isRecord } from '../kube/fields.ts'
import type { KubeObject } from '../kube/object.ts'
import { readObjects } from './files.ts'

/** Without a file: no settings. Throws ConfigInvalid for a file without the ConfigMap, and for settings that cannot be read. */
export async function readSettings(file: string | undefined): Promise<Settings> {
  if (file === undefined) return noSettings
  const maps = (await readObjects([file])).filter((object) => object.kind === 'ConfigMap')
  const found =
    maps.find((object) => object.metadata?.name === settingsName) ?? (maps.length === 1 ? maps[0] : undefined)
  if (found === undefined) {
    throw new HalcyonError('ConfigInvalid', `Cannot read settings from ${file}: it has no ConfigMap ${settingsName}`)
  }
  return settingsOf(found['data'], file)
}

/** From a question: the data of the ConfigMap, or the ConfigMap; `otherwise` when it has none. Throws ConfigInvalid. */
export function settingsOf(value: unknown, where: string, otherwise: Settings = noSettings): Settings {
  if (value === undefined || value === null) return otherwise
  if (!isRecord(value)) throw new HalcyonError('ConfigInvalid', `Cannot read settings from ${where}: wanted is a map`)
  if (value['kind'] === 'ConfigMap') return settingsOf(value['data'], where)
  const data: Record<string, string> = {}
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') {
      throw new HalcyonError('ConfigInvalid', `Cannot read settings from ${where}: ${key} is no text`)
    }
    data[key] = text
  }
  const settings = parseSettings(data)
  // A question about settings that are half understood would be answered wrongly.
  if (settings.problems.length > 0) {
    throw new HalcyonError('ConfigInvalid', `Cannot read settings from ${where}: ${settings.problems.join('; ')}`)
  }
  return settings
}

/** The object of a question. Throws ManifestInvalid. */
export function objectOf(value: unknown): KubeObject {
  if (!isRecord(value) || typeof value['kind'] !== 'string' || typeof value['apiVersion'] !== 'string') {
    throw new HalcyonError('ManifestInvalid', 'Cannot read the question: "object" is no Kubernetes object')
  }
  return withMetadata(value as unknown as KubeObject)
}

/** Manifests by hand may lack it; everything else relies on it. */
export function withMetadata(object: KubeObject): KubeObject {
  return isRecord(object.metadata) ? object : { ...object, metadata: {} }
}
