/** Validation of probes. Pure. */
import { type FieldError, invalidValue, required } from '../status-error.ts'
import { type Data, isData } from '../values.ts'
import { nonNegative, portNameErrors, portNumber } from './common.ts'

const NUMBERS = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold']

export function probeErrors(container: Data, path: string): FieldError[] {
  const errors: FieldError[] = []
  for (const field of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[field]
    if (!isData(probe)) continue
    const at = `${path}.${field}`
    errors.push(...handlerErrors(probe, at), ...nonNegative(probe, at, ...NUMBERS))
    if (field !== 'readinessProbe' && probe['successThreshold'] !== 1) {
      errors.push(invalidValue(`${at}.successThreshold`, probe['successThreshold'], 'must be 1'))
    }
  }
  return errors
}

function handlerErrors(probe: Data, at: string): FieldError[] {
  for (const kind of ['httpGet', 'tcpSocket', 'grpc']) {
    const handler = probe[kind]
    if (!isData(handler)) continue
    const port = handler['port']
    if (typeof port !== 'string') return portNumber(port, `${at}.${kind}.port`)
    return portNameErrors(port).map((text) => invalidValue(`${at}.${kind}.port`, port, text))
  }
  return isData(probe['exec']) ? [] : [required(at, 'must specify a handler type')]
}
