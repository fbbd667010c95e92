/** Actions of Kubernetes' own kinds: restart, pause, scale, run now. Pure. */
import { HalcyonError } from '../../api/errors.ts'
import { getBoolean, getNumber, getRecord } from '../../kube/fields.ts'
import { type KubeObject, refOf, refText } from '../../kube/object.ts'
import { mapAt, minuteStamp, patched, setSpec, timestamp } from './edits.ts'
import type { BuiltinAction } from './types.ts'

const restart: BuiltinAction = {
  name: 'restart',
  run(object, _params, now) {
    mapAt(object, 'spec', 'template', 'metadata', 'annotations')['kubectl.kubernetes.io/restartedAt'] = timestamp(now)
    return patched(object)
  },
}

const scale: BuiltinAction = {
  name: 'scale',
  params: (object) => [{ name: 'replicas', default: String(getNumber(object, 'spec', 'replicas') ?? 1) }],
  run(object, params) {
    const { replicas } = params
    if (replicas === undefined || !/^\d{1,9}$/.test(replicas)) {
      const found = replicas === undefined ? 'none' : `"${replicas}"`
      throw new HalcyonError(
        'UsageInvalid',
        `Cannot scale ${refText(refOf(object))}: wanted is the parameter replicas, a number from 0, found is ${found}`,
      )
    }
    mapAt(object, 'spec')['replicas'] = Number(replicas)
    return patched(object)
  },
}

const isPaused = (object: KubeObject) => getBoolean(object, 'spec', 'paused') === true
const isSuspended = (object: KubeObject) => getBoolean(object, 'spec', 'suspend') === true

/** A Job as `kubectl create job --from` makes it, owned by the CronJob. */
const createJob: BuiltinAction = {
  name: 'create-job',
  run(object, _params, now) {
    const { metadata } = object
    const template = getRecord(object, 'spec', 'jobTemplate') ?? {}
    const resource: KubeObject = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: {
        ...getRecord(template, 'metadata'),
        name: `${metadata.name ?? ''}-${minuteStamp(now)}`,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        ownerReferences: [
          { apiVersion: object.apiVersion, kind: object.kind, name: metadata.name ?? '', uid: metadata.uid ?? '' },
        ],
      },
      spec: getRecord(template, 'spec') ?? {},
    }
    return [{ operation: 'create', resource }]
  },
}

const suspendable = [
  setSpec('suspend', 'suspend', true, isSuspended),
  setSpec('resume', 'suspend', false, (object) => !isSuspended(object)),
]

export const workloadActions: Readonly<Record<string, readonly BuiltinAction[]>> = {
  'apps/Deployment': [
    restart,
    setSpec('pause', 'paused', true, isPaused),
    setSpec('resume', 'paused', false, (object) => !isPaused(object)),
    scale,
  ],
  'apps/StatefulSet': [restart, scale],
  'apps/DaemonSet': [restart],
  'batch/CronJob': [createJob, ...suspendable],
  'batch/Job': suspendable,
}
