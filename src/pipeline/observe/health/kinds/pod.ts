/** Health of core/Pod. Pure. */
import { getCondition, getField, getList, getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { degraded, type HealthVerdict, progressing } from '../verdict.ts'

/**
 * As Argo CD. A Pod that is restarted for ever is judged by its containers; one that is not (Jobs, hooks) only by its end, because a
 * pull that fails now may succeed later and the hook would then run after all.
 */
export function podHealth(object: KubeObject): HealthVerdict {
  const always = (getString(object, 'spec', 'restartPolicy') ?? 'Always') === 'Always'
  const message = getString(object, 'status', 'message') ?? ''
  if (always) {
    const stuck = stuckContainers(object)
    if (stuck.length > 0) return degraded(stuck.join(', '))
  }
  switch (getString(object, 'status', 'phase')) {
    case 'Succeeded':
      return { status: 'Healthy', message }
    case 'Failed':
      return degraded(message === '' ? failureOf(object) : message)
    case 'Running':
      return running(object, always, message)
    case 'Pending':
      return progressing(message === '' ? 'pending' : message)
    default:
      return { status: 'Unknown', message }
  }
}

function running(object: KubeObject, always: boolean, message: string): HealthVerdict {
  if (!always) return progressing(message === '' ? 'running' : message)
  if (getCondition(object, 'Ready')?.status === 'True') return { status: 'Healthy', message }
  const restarted = getList(object, 'status', 'containerStatuses').find(
    (container) => getField(container, 'lastState', 'terminated') !== undefined,
  )
  if (restarted === undefined) return progressing(message === '' ? 'not ready yet' : message)
  if (message !== '') return degraded(message)
  const code = getNumber(restarted, 'lastState', 'terminated', 'exitCode')
  return degraded(`container ${getString(restarted, 'name')} is not ready and was restarted after exit code ${code}`)
}

/** Waiting for a reason that says error or back-off: ErrImagePull, ImagePullBackOff, CrashLoopBackOff, CreateContainerConfigError. */
function stuckContainers(object: KubeObject): string[] {
  return getList(object, 'status', 'containerStatuses').flatMap((container) => {
    const reason = getString(container, 'state', 'waiting', 'reason') ?? ''
    if (!reason.startsWith('Err') && !reason.endsWith('Error') && !reason.endsWith('BackOff')) return []
    const message = getString(container, 'state', 'waiting', 'message') ?? ''
    return [message === '' ? `container "${getString(container, 'name')}": ${reason}` : message]
  })
}

function failureOf(object: KubeObject): string {
  const containers = [
    ...getList(object, 'status', 'initContainerStatuses'),
    ...getList(object, 'status', 'containerStatuses'),
  ]
  for (const container of containers) {
    const terminated = getField(container, 'state', 'terminated')
    const message = getString(terminated, 'message') ?? ''
    if (message !== '') return message
    const reason = getString(terminated, 'reason') ?? ''
    const code = getNumber(terminated, 'exitCode') ?? 0
    if (reason === 'OOMKilled') return reason
    if (code !== 0) return `container "${getString(container, 'name')}" failed with exit code ${code}`
  }
  return getString(object, 'status', 'reason') ?? 'failed'
}
