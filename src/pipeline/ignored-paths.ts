/** The fields of a live object that rules of `ignoreDifferences` name. Effect: jq runs in its thread. */
import type { IgnoreRule } from '../api/application.ts'
import type { KubeObject, ObjectRef } from '../kube/object.ts'
import { type FieldPath, managerPaths, pointerPath, rulesFor } from './diff/ignore/rules.ts'
import type { Jq } from './jq/jq.ts'

/** Empty when no rule is about the object. Throws SpecInvalid for an expression that jq refuses. */
export async function ignoredPaths(
  rules: readonly IgnoreRule[],
  ref: ObjectRef,
  live: KubeObject,
  jq: Jq,
  signal: AbortSignal,
): Promise<FieldPath[]> {
  const paths: FieldPath[] = []
  // Half of an object is who wrote what; no expression is about that.
  const { managedFields: _who, ...metadata } = live.metadata
  const plain = { ...live, metadata }
  for (const rule of rulesFor(rules, ref)) {
    for (const pointer of rule.jsonPointers ?? []) {
      const path = pointerPath(pointer)
      if (path !== undefined) paths.push(path)
    }
    paths.push(...managerPaths(live, rule.managedFieldsManagers ?? []))
    for (const expression of rule.jqPathExpressions ?? []) paths.push(...(await jq.paths(expression, plain, signal)))
  }
  return paths
}
