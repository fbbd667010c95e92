/** Validation of pod specs, in the order of the real server. Pure. */
import { duplicate, type FieldError, forbiddenField, invalidValue, required, unsupported } from '../status-error.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { portNameErrors, portNumber } from './common.ts'
import { dnsLabel, dnsSubdomain, validateLabels } from './names.ts'
import { resourceErrors } from './pod-resources.ts'
import { probeErrors } from './probe.ts'

const RESTART = ['Always', 'OnFailure', 'Never']
const DNS = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const PULL = ['Always', 'IfNotPresent', 'Never']

/** A pod's spec, or at any path but `spec` a template's. */
export function validatePodSpec(spec: Data, path: string): FieldError[] {
  const volumes = new Set<unknown>()
  const errors = volumeErrors(spec, path, volumes)
  const containers = listAt(spec, 'containers').filter(isData)
  const names = new Set<unknown>()
  if (containers.length === 0) errors.push(required(`${path}.containers`))
  for (const [index, container] of containers.entries()) {
    errors.push(...containerErrors(container, `${path}.containers[${index}]`, names, volumes))
    errors.push(...probeErrors(container, `${path}.containers[${index}]`))
  }
  for (const [index, container] of listAt(spec, 'initContainers').filter(isData).entries()) {
    const at = `${path}.initContainers[${index}]`
    errors.push(...containerErrors(container, at, names, volumes))
    if (container['restartPolicy'] === undefined) {
      for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']) {
        if (isData(container[field])) {
          errors.push(
            forbiddenField(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always'),
          )
        }
      }
    }
  }
  errors.push(...hostPortErrors(spec, path))
  errors.push(...oneOf(spec['restartPolicy'], RESTART, `${path}.restartPolicy`))
  errors.push(...oneOf(spec['dnsPolicy'], DNS, `${path}.dnsPolicy`))
  errors.push(...validateLabels(dataAt(spec, 'nodeSelector'), `${path}.nodeSelector`))
  for (const field of ['serviceAccountName', 'nodeName']) {
    const name = spec[field]
    if (typeof name !== 'string' || name === '') continue
    for (const text of dnsSubdomain(name)) errors.push(invalidValue(`${path}.${field}`, name, text))
  }
  const deadline = spec['activeDeadlineSeconds']
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2_147_483_647)) {
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadline, 'must be between 1 and 2147483647, inclusive'))
  }
  errors.push(...tolerationErrors(spec, path))
  return errors
}

function oneOf(value: unknown, allowed: readonly string[], path: string): FieldError[] {
  if (value === undefined || value === '') return [required(path)]
  return allowed.includes(String(value)) ? [] : [unsupported(path, value, allowed)]
}

/** What a volume may be, in the order in which a second one is found. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
]

function volumeErrors(spec: Data, path: string, volumes: Set<unknown>): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<unknown>()
  for (const [index, volume] of listAt(spec, 'volumes').filter(isData).entries()) {
    const at = `${path}.volumes[${index}]`
    const name = volume['name']
    const [, ...more] = SOURCES.filter((source) => volume[source] !== undefined)
    const wrong = more.map((source) => forbiddenField(`${at}.${source}`, 'may not specify more than 1 volume type'))
    if (typeof name !== 'string' || name === '') wrong.push(required(`${at}.name`))
    else {
      for (const text of dnsLabel(name)) wrong.push(invalidValue(`${at}.name`, name, text))
      if (seen.has(name)) wrong.push(duplicate(`${at}.name`, name))
    }
    errors.push(...wrong)
    // What is wrong cannot be mounted either.
    if (wrong.length > 0) continue
    seen.add(name)
    volumes.add(name)
  }
  return errors
}

function containerErrors(container: Data, path: string, names: Set<unknown>, volumes: Set<unknown>): FieldError[] {
  const errors: FieldError[] = []
  const name = container['name']
  if (typeof name !== 'string' || name === '') errors.push(required(`${path}.name`))
  else for (const text of dnsLabel(name)) errors.push(invalidValue(`${path}.name`, name, text))
  if (typeof container['image'] !== 'string' || container['image'] === '') errors.push(required(`${path}.image`))
  errors.push(...portErrors(container, path), ...envErrors(container, path), ...mountErrors(container, path, volumes))
  errors.push(...oneOf(container['imagePullPolicy'], PULL, `${path}.imagePullPolicy`))
  errors.push(...resourceErrors(container, path))
  if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
  names.add(name)
  return errors
}

function portErrors(container: Data, path: string): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<unknown>()
  for (const [index, port] of listAt(container, 'ports').filter(isData).entries()) {
    const at = `${path}.ports[${index}]`
    const name = port['name']
    if (typeof name === 'string' && name !== '') {
      const wrong = portNameErrors(name)
      for (const text of wrong) errors.push(invalidValue(`${at}.name`, name, text))
      if (wrong.length === 0 && names.has(name)) errors.push(duplicate(`${at}.name`, name))
      names.add(name)
    }
    const number = port['containerPort']
    if (number === undefined || number === 0) errors.push(required(`${at}.containerPort`))
    else errors.push(...portNumber(number, `${at}.containerPort`))
    if (port['hostPort'] !== undefined && port['hostPort'] !== 0) {
      errors.push(...portNumber(port['hostPort'], `${at}.hostPort`))
    }
    if (!['SCTP', 'TCP', 'UDP'].includes(String(port['protocol']))) {
      errors.push(unsupported(`${at}.protocol`, port['protocol'], ['SCTP', 'TCP', 'UDP']))
    }
  }
  return errors
}

function envErrors(container: Data, path: string): FieldError[] {
  const errors: FieldError[] = []
  for (const [index, variable] of listAt(container, 'env').filter(isData).entries()) {
    const at = `${path}.env[${index}]`
    if (typeof variable['name'] !== 'string' || variable['name'] === '') errors.push(required(`${at}.name`))
    const from = variable['valueFrom']
    if (!isData(from)) continue
    if (Object.keys(from).length === 0) {
      errors.push(
        invalidValue(
          `${at}.valueFrom`,
          '',
          'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
        ),
      )
    } else if (variable['value'] !== undefined && variable['value'] !== '') {
      errors.push(invalidValue(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty'))
    }
  }
  return errors
}

function mountErrors(container: Data, path: string, volumes: Set<unknown>): FieldError[] {
  const errors: FieldError[] = []
  const points = new Set<unknown>()
  for (const [index, mount] of listAt(container, 'volumeMounts').filter(isData).entries()) {
    const at = `${path}.volumeMounts[${index}]`
    const name = mount['name'] ?? ''
    if (name === '') errors.push(required(`${at}.name`))
    if (!volumes.has(name)) {
      errors.push({ type: 'FieldValueNotFound', field: `${at}.name`, detail: `Not found: ${JSON.stringify(name)}` })
    }
    const point = mount['mountPath'] ?? ''
    if (point === '') errors.push(required(`${at}.mountPath`))
    if (points.has(point)) errors.push(invalidValue(`${at}.mountPath`, point, 'must be unique'))
    points.add(point)
  }
  return errors
}

/** On the host's network a container has the ports of the host. */
function hostPortErrors(spec: Data, path: string): FieldError[] {
  if (spec['hostNetwork'] !== true) return []
  const errors: FieldError[] = []
  for (const [index, container] of listAt(spec, 'containers').filter(isData).entries()) {
    for (const [number, port] of listAt(container, 'ports').filter(isData).entries()) {
      const host = port['hostPort'] ?? 0
      // The pods of a template get their host ports when they are made.
      if (host === port['containerPort'] || (host === 0 && path !== 'spec')) continue
      const at = `${path}.containers[${index}].ports[${number}].hostPort`
      errors.push(invalidValue(at, host, 'must match `containerPort` when `hostNetwork` is true'))
    }
  }
  return errors
}

function tolerationErrors(spec: Data, path: string): FieldError[] {
  const errors: FieldError[] = []
  for (const [index, toleration] of listAt(spec, 'tolerations').filter(isData).entries()) {
    const operator = String(toleration['operator'] ?? '')
    const at = `${path}.tolerations[${index}]`
    if (toleration['key'] === undefined && operator !== 'Exists') {
      errors.push(
        invalidValue(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      )
    }
    if (!['', 'Equal', 'Exists'].includes(operator)) {
      errors.push(unsupported(`${at}.operator`, operator, ['Equal', 'Exists']))
    }
  }
  return errors
}
