/** Validation of kinds that run nothing. Pure. */
import { duplicate, type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, deepEqual, isData, listAt } from '../values.ts'

const SERVICE_TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

export function validateService(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const type = spec['type']
  if (!SERVICE_TYPES.includes(String(type))) errors.push(unsupported('spec.type', type, SERVICE_TYPES))
  const ports = listAt(spec, 'ports').filter(isData)
  if (ports.length === 0 && type !== 'ExternalName' && spec['clusterIP'] !== 'None') errors.push(required('spec.ports'))
  const names = new Set<unknown>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    if (ports.length > 1 && port['name'] === undefined) errors.push(required(`${at}.name`))
    if (port['name'] !== undefined && names.has(port['name'])) errors.push(duplicate(`${at}.name`, port['name']))
    names.add(port['name'])
    const number = port['port']
    if (typeof number !== 'number' || number < 1 || number > 65_535) {
      errors.push(invalidValue(`${at}.port`, number ?? 0, 'must be between 1 and 65535, inclusive'))
    }
  }
  if (type === 'ExternalName' && spec['externalName'] === undefined) errors.push(required('spec.externalName'))
  const before = old === undefined ? undefined : dataAt(old, 'spec')
  if (
    before?.['clusterIP'] !== undefined &&
    before['type'] !== 'ExternalName' &&
    type !== 'ExternalName' &&
    before['clusterIP'] !== spec['clusterIP']
  ) {
    errors.push(invalidValue('spec.clusterIPs[0]', [spec['clusterIP']], 'may not change once set'))
  }
  return errors
}

/** ConfigMaps and Secrets that are marked immutable, and the type of a Secret. */
export function validateData(object: Data, old: Data | undefined): FieldError[] {
  const errors: FieldError[] = []
  const keys = [...Object.keys(dataAt(object, 'data')), ...Object.keys(dataAt(object, 'binaryData'))]
  for (const key of keys) {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      errors.push(
        invalidValue(
          `data[${key}]`,
          key,
          "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
        ),
      )
    }
  }
  if (old === undefined) return errors
  if (object['kind'] === 'Secret' && old['type'] !== object['type']) {
    errors.push(invalidValue('type', object['type'], 'field is immutable'))
  }
  if (old['immutable'] === true) {
    if (object['immutable'] !== true)
      errors.push(forbiddenField('immutable', 'field is immutable when `immutable` is set'))
    for (const field of ['data', 'binaryData']) {
      if (!deepEqual(old[field], object[field]))
        errors.push(forbiddenField(field, 'field is immutable when `immutable` is set'))
    }
  }
  return errors
}

export function validateClaim(object: Data, old: Data | undefined): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  if (listAt(spec, 'accessModes').length === 0)
    errors.push(required('spec.accessModes', 'at least 1 access mode is required'))
  if (dataAt(spec, 'resources', 'requests')['storage'] === undefined) errors.push(required('spec.resources[storage]'))
  if (old === undefined) return errors
  const before = dataAt(old, 'spec')
  const fixed = ['accessModes', 'selector', 'storageClassName', 'volumeMode', 'dataSource', 'dataSourceRef']
  const changed =
    fixed.some((field) => before[field] !== undefined && !deepEqual(before[field], spec[field])) ||
    (before['volumeName'] !== undefined && before['volumeName'] !== spec['volumeName'])
  if (changed) {
    errors.push(
      forbiddenField(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    )
  }
  return errors
}

export function validateBinding(object: Data, old: Data | undefined): FieldError[] {
  const errors: FieldError[] = []
  const role = dataAt(object, 'roleRef')
  if (role['name'] === undefined || role['name'] === '') errors.push(required('roleRef.name'))
  if (old !== undefined && !deepEqual(old['roleRef'], object['roleRef'])) {
    errors.push(invalidValue('roleRef', role, 'cannot change roleRef'))
  }
  return errors
}

export function validateIngress(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  if (listAt(spec, 'rules').length === 0 && !isData(spec['defaultBackend'])) {
    errors.push(invalidValue('spec', [], 'either `defaultBackend` or `rules` must be specified'))
  }
  for (const [index, rule] of listAt(spec, 'rules').filter(isData).entries()) {
    for (const [at, path] of listAt(rule, 'http', 'paths').filter(isData).entries()) {
      const field = `spec.rules[${index}].http.paths[${at}]`
      if (path['pathType'] === undefined) errors.push(required(`${field}.pathType`, 'pathType must be specified'))
      else if (path['pathType'] !== 'ImplementationSpecific' && !String(path['path'] ?? '').startsWith('/')) {
        errors.push(invalidValue(`${field}.path`, path['path'] ?? '', 'must be an absolute path'))
      }
    }
  }
  return errors
}

export function validateStorageClass(object: Data, old: Data | undefined): FieldError[] {
  if (old === undefined) return object['provisioner'] === undefined ? [required('provisioner')] : []
  return ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode']
    .filter((field) => !deepEqual(old[field], object[field]))
    .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`))
}

export function validateAutoscaler(object: Data): FieldError[] {
  const spec = dataAt(object, 'spec')
  const errors: FieldError[] = []
  const most = spec['maxReplicas']
  const least = spec['minReplicas']
  if (typeof most !== 'number' || most < 1)
    errors.push(invalidValue('spec.maxReplicas', most ?? 0, 'must be greater than 0'))
  else if (typeof least === 'number' && most < least) {
    errors.push(invalidValue('spec.maxReplicas', most, 'must be greater than or equal to `minReplicas`'))
  }
  return errors
}
