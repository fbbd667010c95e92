/** `templatePatch`: a strategic merge patch for an Application (Argo CD, Template: Template Patch). Pure. */
import { isRecord } from '../../kube/fields.ts'
import { parseYaml } from '../../kube/yaml.ts'

type Tree = Record<string, unknown>

/**
 * The Application with the patch over it. Maps are merged, null deletes, lists are replaced (none in an Application's spec has a merge
 * key), finalizers are joined, `$patch: replace` and `$patch: delete` work as in Kubernetes. The project cannot be changed. Throws when the
 * patch is no map.
 */
export function applyTemplatePatch(application: Tree, patch: string): Tree {
  const value = parseYaml(patch).documents[0]?.value ?? {}
  if (!isRecord(value)) throw new Error('templatePatch is not a map')
  const patched = merge(application, value)
  const project = isRecord(application['spec']) ? application['spec']['project'] : undefined
  const spec = isRecord(patched['spec']) ? patched['spec'] : {}
  return { ...patched, spec: project === undefined ? spec : { ...spec, project } }
}

function merge(base: Tree, patch: Tree): Tree {
  const { $patch: directive, $retainKeys: retained, ...own } = patch
  if (directive === 'replace') return cleaned(own)
  if (directive === 'delete') return {}
  const kept = Array.isArray(retained) ? new Set(retained) : undefined
  const merged: Tree = kept === undefined ? { ...base } : pick(base, kept)
  for (const [key, value] of Object.entries(own)) {
    if (key.startsWith('$setElementOrder/')) continue
    const deletion = /^\$deleteFromPrimitiveList\/(.*)$/.exec(key)
    if (deletion !== null) {
      const name = deletion[1]!
      const gone = new Set(Array.isArray(value) ? value : [])
      if (Array.isArray(merged[name])) merged[name] = merged[name].filter((one) => !gone.has(one))
    } else if (value === null) delete merged[key]
    else if (isRecord(value)) merged[key] = merge(isRecord(merged[key]) ? merged[key] : {}, value)
    else if (key === 'finalizers' && Array.isArray(value) && Array.isArray(merged[key])) {
      merged[key] = [...new Set([...merged[key], ...value])]
    } else merged[key] = value
  }
  return merged
}

function pick(tree: Tree, keys: ReadonlySet<unknown>): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([key]) => keys.has(key)))
}

function cleaned(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== null))
}
