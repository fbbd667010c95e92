/**
 * Where Go leaves zero values out of JSON. Pure data.
 *
 * OpenAPI does not say whether an optional field is a pointer, but the wire does: an empty plain field disappears, an empty pointer
 * stays. Strings are plain unless listed here; numbers and booleans are pointers unless listed here.
 */

/** Optional strings that are pointers: '' is a value. */
export const POINTER_STRINGS: ReadonlySet<string> = new Set([
  'storageClassName',
  'ingressClassName',
  'loadBalancerClass',
  'runtimeClassName',
  'volumeAttributesClassName',
  'trafficDistribution',
  'ipFamilyPolicy',
  'internalTrafficPolicy',
  'appProtocol',
  'hostname',
  'apiGroup',
  'namespace',
])

/** Optional booleans that are plain: false disappears. */
export const PLAIN_BOOLEANS: ReadonlySet<string> = new Set([
  'hostNetwork',
  'hostPID',
  'hostIPC',
  'stdin',
  'stdinOnce',
  'tty',
  'paused',
  'readOnly',
  'publishNotReadyAddresses',
  'unschedulable',
  'deprecated',
])

/** Optional integers that are plain: 0 disappears. */
export const PLAIN_INTEGERS: ReadonlySet<string> = new Set([
  'minReadySeconds',
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
  'hostPort',
  'nodePort',
  'healthCheckNodePort',
  'observedGeneration',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'currentReplicas',
  'fullyLabeledReplicas',
  'active',
  'succeeded',
  'failed',
  'count',
])
