/** Validation of pod specs: the mistakes people make. Pure. */
import { duplicate, type FieldError, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'

const PORT_TEXT = 'must be between 1 and 65535, inclusive'
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const DNS_LABEL_TEXT =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

/** `policies`: the restart policies that the holder of this spec allows; `claims`: volumes that the holder adds (volumeClaimTemplates). */
export function validatePodSpec(
  spec: Data,
  path: string,
  policies: readonly string[],
  claims: readonly unknown[] = [],
): FieldError[] {
  const errors: FieldError[] = []
  const volumes = new Set<unknown>(claims)
  for (const [index, volume] of listAt(spec, 'volumes').filter(isData).entries()) {
    if (volumes.has(volume['name']) && !claims.includes(volume['name']))
      errors.push(duplicate(`${path}.volumes[${index}].name`, volume['name']))
    volumes.add(volume['name'])
  }
  const containers = listAt(spec, 'containers').filter(isData)
  if (containers.length === 0) errors.push(required(`${path}.containers`))
  const names = new Set<unknown>()
  for (const field of ['initContainers', 'containers']) {
    for (const [index, container] of listAt(spec, field).filter(isData).entries()) {
      errors.push(...containerErrors(container, `${path}.${field}[${index}]`, names, volumes))
    }
  }
  const policy = spec['restartPolicy']
  if (typeof policy === 'string' && !policies.includes(policy)) {
    errors.push(unsupported(`${path}.restartPolicy`, policy, policies))
  }
  return errors
}

function containerErrors(container: Data, path: string, names: Set<unknown>, volumes: Set<unknown>): FieldError[] {
  const errors: FieldError[] = []
  const name = container['name']
  if (typeof name !== 'string' || name === '') errors.push(required(`${path}.name`))
  else {
    if (!DNS_LABEL.test(name)) errors.push(invalidValue(`${path}.name`, name, DNS_LABEL_TEXT))
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
  }
  const image = container['image']
  if (typeof image !== 'string' || image === '') errors.push(required(`${path}.image`))
  else if (image.trim() !== image)
    errors.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'))
  for (const [index, port] of listAt(container, 'ports').filter(isData).entries()) {
    const number = port['containerPort']
    if (number === undefined || number === 0) errors.push(required(`${path}.ports[${index}].containerPort`))
    else if (typeof number === 'number' && (number < 1 || number > 65_535)) {
      errors.push(invalidValue(`${path}.ports[${index}].containerPort`, number, PORT_TEXT))
    }
  }
  for (const [index, mount] of listAt(container, 'volumeMounts').filter(isData).entries()) {
    const at = `${path}.volumeMounts[${index}]`
    if (!volumes.has(mount['name']))
      errors.push({
        type: 'FieldValueInvalid',
        field: `${at}.name`,
        detail: `Not found: ${JSON.stringify(mount['name'] ?? '')}`,
      })
    if (mount['mountPath'] === undefined || mount['mountPath'] === '') errors.push(required(`${at}.mountPath`))
  }
  for (const [index, variable] of listAt(container, 'env').filter(isData).entries()) {
    if (typeof variable['name'] !== 'string' || variable['name'] === '')
      errors.push(required(`${path}.env[${index}].name`))
    if (variable['value'] !== undefined && variable['value'] !== '' && isData(variable['valueFrom'])) {
      errors.push(invalidValue(`${path}.env[${index}].valueFrom`, '', 'may not be specified when `value` is not empty'))
    }
  }
  errors.push(...resourceErrors(container, path))
  return errors
}

function resourceErrors(container: Data, path: string): FieldError[] {
  const limits = dataAt(container, 'resources', 'limits')
  const errors: FieldError[] = []
  for (const [name, request] of Object.entries(dataAt(container, 'resources', 'requests'))) {
    const limit = limits[name]
    if (limit !== undefined && amount(request) > amount(limit)) {
      errors.push(
        invalidValue(
          `${path}.resources.requests`,
          request,
          `must be less than or equal to ${name} limit of ${String(limit)}`,
        ),
      )
    }
  }
  return errors
}

const UNITS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Near enough for comparing; exact text is kept elsewhere. */
function amount(quantity: unknown): number {
  const match = /^(-?[\d.]+(?:e\d+)?)([a-zA-Z]*)$/.exec(String(quantity))
  return match === null ? Number.NaN : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1)
}
