/** What the validation of the kinds that run pods has in common. Pure. */
import { type FieldError, invalidValue } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData } from '../values.ts'
import { IMMUTABLE, isEmptySelector, selectorMatches } from './common.ts'
import { annotationErrors } from './metadata.ts'
import { validateLabels } from './names.ts'
import { validatePodSpec } from './pod.ts'

/** The fields but these. */
export function without(spec: Data, names: readonly string[]): Data {
  return Object.fromEntries(Object.entries(spec).filter(([name]) => !names.includes(name)))
}

/** A field of the spec that may not change. */
export function fixed(spec: Data, before: Data, field: string): FieldError[] {
  return deepEqual(before[field], spec[field]) ? [] : [invalidValue(`spec.${field}`, spec[field], IMMUTABLE)]
}

const MISMATCH = '`selector` does not match template `labels`'

/** A selector that is absent selects nothing, an empty one everything. */
export function mismatch(selector: unknown, labels: Data): FieldError[] {
  if (isData(selector) && (isEmptySelector(selector) || selectorMatches(selector, labels))) return []
  return [invalidValue('spec.template.metadata.labels', labels, MISMATCH)]
}

/** What is wrong with a template of pods. */
export function templateErrors(template: Data, path: string): FieldError[] {
  return [
    ...validateLabels(dataAt(template, 'metadata', 'labels'), `${path}.labels`),
    ...annotationErrors(dataAt(template, 'metadata', 'annotations')),
    ...validatePodSpec(dataAt(template, 'spec'), `${path}.spec`),
  ]
}
