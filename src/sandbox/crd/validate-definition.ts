/** Validation of CRDs themselves: the mistakes people make. Pure. */
import { type FieldError, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'

export function validateDefinition(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const names = dataAt(spec, 'names')
  const errors: FieldError[] = []
  const expected = `${String(names['plural'] ?? '')}.${String(spec['group'] ?? '')}`
  const name = dataAt(object, 'metadata')['name']
  if (name !== expected) {
    errors.push(invalidValue('metadata.name', name, `must be spec.names.plural+"."+spec.group`))
  }
  for (const field of ['plural', 'kind']) if (!names[field]) errors.push(required(`spec.names.${field}`))
  if (spec['scope'] !== 'Namespaced' && spec['scope'] !== 'Cluster') {
    errors.push(
      spec['scope'] === undefined
        ? required('spec.scope')
        : unsupported('spec.scope', spec['scope'], ['Cluster', 'Namespaced']),
    )
  }
  const versions = listAt(spec, 'versions').filter(isData)
  const stored = versions.filter((version) => version['storage'] === true).length
  if (stored !== 1) {
    errors.push(
      invalidValue(
        'spec.versions',
        versions.map((version) => version['name']),
        'must have exactly one version marked as storage version',
      ),
    )
  }
  for (const [index, version] of versions.entries()) {
    if (!isData(dataAt(version, 'schema')['openAPIV3Schema'])) {
      errors.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'))
    }
  }
  if (old !== undefined && dataAt(old, 'spec')['scope'] !== spec['scope']) {
    errors.push(invalidValue('spec.scope', spec['scope'], 'field is immutable'))
  }
  return errors
}
