/** Defaults of admission policies and their bindings. Each changes the spec it is given. */
import { type Data, isData } from '../values.ts'
import { items, setDefault } from './pod.ts'

export function defaultAdmissionPolicy(spec: Data): void {
  setDefault(spec, 'failurePolicy', 'Fail')
  const match = spec['matchConstraints']
  if (isData(match)) defaultMatch(match)
}

export function defaultPolicyBinding(spec: Data): void {
  const match = spec['matchResources']
  if (isData(match)) defaultMatch(match)
}

function defaultMatch(match: Data): void {
  setDefault(match, 'matchPolicy', 'Equivalent')
  setDefault(match, 'namespaceSelector', {})
  setDefault(match, 'objectSelector', {})
  for (const field of ['resourceRules', 'excludeResourceRules']) {
    for (const rule of items(match, field)) setDefault(rule, 'scope', '*')
  }
}
