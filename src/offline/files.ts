/** The input of questions answered without a server: Kubernetes objects in files or on standard input. Effects: reads them. */
import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { HalcyonError } from '../api/errors.ts'
import type { KubeObject } from '../kube/object.ts'
import { parseYaml } from '../kube/yaml.ts'

/** The text of a file; `-` is standard input. Throws UsageInvalid when it cannot be read. */
export async function readText(file: string): Promise<string> {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new HalcyonError('UsageInvalid', `Cannot read ${file}: ${detail}`, { cause: error })
  }
}

/** All objects of all files in order, `List`s flattened, empty documents left out. Throws UsageInvalid or ManifestInvalid, naming the file. */
export async function readObjects(files: readonly string[]): Promise<KubeObject[]> {
  const objects: KubeObject[] = []
  for (const file of files) objects.push(...parseObjects(await readText(file), file))
  return objects
}

/** Pure. Throws ManifestInvalid, naming the file and, where known, the line. */
export function parseObjects(manifests: string, file: string): KubeObject[] {
  let documents: ReturnType<typeof parseYaml>['documents']
  try {
    ;({ documents } = parseYaml(manifests))
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new HalcyonError('ManifestInvalid', `Cannot parse ${file}: ${detail}`, { cause: error })
  }
  return documents
    .map((document) => document.value)
    .filter((value) => value !== null && value !== undefined)
    .flatMap((value) => flatten(value, file))
}

function flatten(value: unknown, file: string): KubeObject[] {
  const object = value as Partial<KubeObject> & { items?: unknown }
  if (typeof value !== 'object' || typeof object.kind !== 'string' || typeof object.apiVersion !== 'string') {
    throw new HalcyonError('ManifestInvalid', `Cannot read ${file}: a document has no kind or no apiVersion`)
  }
  if (object.kind.endsWith('List') && Array.isArray(object.items)) {
    return object.items.flatMap((item) => flatten(item, file))
  }
  return [value as KubeObject]
}
