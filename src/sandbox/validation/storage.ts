/** Validation of claims, volumes and storage classes. Pure. */
import { type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'
import { IMMUTABLE, selectorErrors } from './common.ts'
import { dnsSubdomain, qualifiedNameErrors } from './names.ts'
import { amount } from './pod-resources.ts'

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const VOLUME_MODES = ['Block', 'Filesystem']

export function validateClaim(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = claimSpecErrors(spec, 'spec')
  if (old === undefined) return errors
  const before = dataAt(old, 'spec')
  const sized = dataAt(old, 'status')['phase'] === 'Bound' && isData(dataAt(spec, 'resources')['requests'])
  if (!deepEqual(comparableClaim(before, old, spec, sized), comparableClaim(spec, old, before, sized))) {
    errors.push(
      forbiddenField(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    )
  }
  const size = amount(dataAt(spec, 'resources', 'requests')['storage'] ?? 0)
  const had = amount(dataAt(before, 'resources', 'requests')['storage'] ?? 0)
  if (size < had && size <= amount(dataAt(old, 'status', 'capacity')['storage'] ?? 0)) {
    errors.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'))
  }
  if (spec['volumeMode'] !== before['volumeMode'])
    errors.push(invalidValue('volumeMode', spec['volumeMode'], IMMUTABLE))
  return errors
}

/** What may change is left out: the size of a bound claim, and once what was not set before. */
function comparableClaim(spec: Data, old: Data, other: Data, sized: boolean): Data {
  const result: Data = { ...spec }
  if (dataAt(old, 'status')['phase'] === 'Bound') delete result['volumeAttributesClassName']
  if (sized) {
    const resources = { ...dataAt(spec, 'resources') }
    const requests: Data = { ...dataAt(resources, 'requests') }
    delete requests['storage']
    result['resources'] = { ...resources, requests }
  }
  for (const field of ['volumeName', 'storageClassName']) {
    if (dataAt(old, 'spec')[field] === undefined && (spec[field] === undefined || other[field] === undefined)) {
      delete result[field]
    }
  }
  return result
}

export function claimSpecErrors(spec: Data, path: string): FieldError[] {
  const errors = accessModeErrors(spec, path, 'at least 1 access mode is required')
  if (isData(spec['selector'])) errors.splice(0, 0, ...selectorErrors(spec['selector'], `${path}.selector`))
  const size = dataAt(spec, 'resources', 'requests')['storage']
  const at = `${path}.resources[storage]`
  if (size === undefined) errors.push(required(at))
  else if (amount(size) <= 0) errors.push(invalidValue(at, size, 'must be greater than zero'))
  const name = spec['storageClassName']
  if (typeof name === 'string' && name !== '') {
    for (const text of dnsSubdomain(name)) errors.push(invalidValue(`${path}.storageClassName`, name, text))
  }
  const mode = spec['volumeMode']
  if (mode !== undefined && !VOLUME_MODES.includes(String(mode))) {
    errors.push(unsupported(`${path}.volumeMode`, mode, VOLUME_MODES))
  }
  return errors
}

function accessModeErrors(spec: Data, path: string, missing: string): FieldError[] {
  const modes = listAt(spec, 'accessModes')
  const at = `${path}.accessModes`
  const errors = modes.length === 0 ? [required(at, missing)] : []
  for (const mode of modes) if (!ACCESS_MODES.includes(String(mode))) errors.push(unsupported(at, mode, ACCESS_MODES))
  if (modes.includes('ReadWriteOncePod') && modes.length > 1) {
    errors.push(forbiddenField(at, 'may not use ReadWriteOncePod with other access modes'))
  }
  return errors
}

const NO_SOURCE = new Set([
  'capacity',
  'accessModes',
  'claimRef',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'mountOptions',
  'volumeMode',
  'nodeAffinity',
  'volumeAttributesClassName',
])

export function validateVolume(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors = accessModeErrors(spec, 'spec', '')
  const capacity = dataAt(spec, 'capacity')
  if (Object.keys(capacity).length === 0) errors.push(required('spec.capacity'))
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1) {
    errors.push(unsupported('spec.capacity', capacity, ['storage']))
  }
  for (const [name, value] of Object.entries(capacity)) {
    if (amount(value) <= 0) errors.push(invalidValue(`spec.capacity[${name}]`, value, 'must be greater than zero'))
  }
  const policy = spec['persistentVolumeReclaimPolicy']
  if (!['Delete', 'Recycle', 'Retain'].includes(String(policy))) {
    errors.push(unsupported('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain']))
  }
  if (sourceOf(spec) === undefined) errors.push(required('spec', 'must specify a volume type'))
  if (old === undefined) return errors
  const before = dataAt(old, 'spec')
  const source = sourceOf(spec) ?? ''
  if (source !== sourceOf(before) || !deepEqual(spec[source], before[source])) {
    errors.push(
      forbiddenField('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'),
    )
  }
  if (spec['volumeMode'] !== before['volumeMode'])
    errors.push(invalidValue('volumeMode', spec['volumeMode'], IMMUTABLE))
  return errors
}

function sourceOf(spec: Data): string | undefined {
  return Object.keys(spec).find((name) => !NO_SOURCE.has(name))
}

export function validateStorageClass(object: Data, old: Data | undefined): FieldError[] {
  if (old !== undefined) {
    const errors = ['parameters', 'provisioner', 'reclaimPolicy']
      .filter((field) => !deepEqual(old[field] ?? {}, object[field] ?? {}))
      .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`))
    if (old['volumeBindingMode'] !== object['volumeBindingMode']) {
      errors.push(invalidValue('volumeBindingMode', object['volumeBindingMode'], IMMUTABLE))
    }
    return [...classErrors(object), ...errors]
  }
  return classErrors(object)
}

function classErrors(object: Data): FieldError[] {
  const errors: FieldError[] = []
  const provisioner = String(object['provisioner'] ?? '')
  if (provisioner === '') errors.push(required('provisioner'))
  else
    for (const text of qualifiedNameErrors(provisioner.toLowerCase())) {
      errors.push(invalidValue('provisioner', provisioner.toLowerCase(), text))
    }
  const policy = object['reclaimPolicy']
  if (policy !== 'Delete' && policy !== 'Retain') {
    errors.push(unsupported('reclaimPolicy', policy, ['Delete', 'Retain']))
  }
  return errors
}
