/** `spec.ignoreDifferences`: which rules are about an object, and which of its fields they name. Pure; jq expressions are evaluated elsewhere. */
import type { IgnoreRule } from '../../../api/application.ts'
import { matchGlob } from '../../../api/glob.ts'
import { isRecord } from '../../../kube/fields.ts'
import { indexOfElement } from '../../../kube/managed-fields.ts'
import type { FieldsV1, KubeObject, ObjectRef } from '../../../kube/object.ts'

/** Member names and list indices from the top of an object. */
export type FieldPath = readonly (string | number)[]

/** Group and kind are globs, name and namespace exact; absent means any (Argo CD, diff customization). */
export function rulesFor(rules: readonly IgnoreRule[], ref: ObjectRef): IgnoreRule[] {
  return rules.filter(
    (rule) =>
      matchGlob(rule.group ?? '', ref.group) &&
      matchGlob(rule.kind, ref.kind) &&
      (!rule.name || rule.name === ref.name) &&
      (!rule.namespace || rule.namespace === ref.namespace),
  )
}

/** RFC 6901; undefined for what is no pointer. A number is a member name or an index, as the value at hand needs. */
export function pointerPath(pointer: string): FieldPath | undefined {
  if (!pointer.startsWith('/')) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** The fields of an object that one of these managers wrote: `managedFieldsManagers`. */
export function managerPaths(object: KubeObject, managers: readonly string[]): FieldPath[] {
  const paths: FieldPath[] = []
  for (const entry of object.metadata.managedFields ?? []) {
    if (managers.includes(entry.manager) && !entry.subresource) collect(entry.fieldsV1, object, [], paths)
  }
  return paths
}

function collect(set: FieldsV1, value: unknown, path: FieldPath, paths: FieldPath[]): void {
  let leaf = true
  for (const element in set) {
    if (element === '.') continue
    leaf = false
    const child = set[element] ?? {}
    if (element.startsWith('f:')) {
      const name = element.slice(2)
      if (isRecord(value) && Object.hasOwn(value, name)) collect(child, value[name], [...path, name], paths)
      continue
    }
    const index = Array.isArray(value) ? indexOfElement(value, element) : -1
    if (index >= 0) collect(child, (value as unknown[])[index], [...path, index], paths)
  }
  if (leaf && path.length > 0) paths.push(path)
}
