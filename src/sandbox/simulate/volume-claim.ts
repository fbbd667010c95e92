/** PersistentVolumeClaims get a volume a moment after they appear; the volume goes with the claim. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { controllerManager, ensure, writeStatus } from './controller.ts'
import { scenarioOf } from './scenarios.ts'
import { millis } from './timing.ts'
import type { PersistentVolume, PersistentVolumeClaim } from './types.ts'

const provisionedBy = 'pv.kubernetes.io/provisioned-by'
const provisioner = 'sandbox.halcyon.dev/memory'
/** Of claims that name no class; the API server creates it. */
const defaultClass = 'standard'

export const volumeClaimController: Controller = {
  kind: { group: '', kind: 'PersistentVolumeClaim' },
  reconcile,
  forget: release,
}

/** Volumes that people bring themselves: Available until a claim names them. */
export const volumeController: Controller = {
  kind: { group: '', kind: 'PersistentVolume' },
  reconcile: (context, object) => {
    const volume = object as PersistentVolume
    const phase = volume.status?.phase
    if (phase === undefined || phase === 'Pending') {
      const next = volume.spec.claimRef === undefined ? 'Available' : 'Bound'
      writeStatus(context, volume, { ...volume.status, phase: next }, controllerManager)
    }
    return undefined
  },
}

function reconcile(context: Context, object: KubeObject): number | undefined {
  let claim = object as PersistentVolumeClaim
  if (claim.metadata.deletionTimestamp !== undefined || claim.status?.phase === 'Bound') return undefined
  const wait = (millis(claim.metadata.creationTimestamp) || 0) + context.timing.bindVolume - context.clock.now()
  const isHeld = scenarioOf(claim)?.name === 'never-bound'
  if (wait > 0 || isHeld) {
    if (claim.status?.phase !== 'Pending')
      writeStatus(context, claim, { ...claim.status, phase: 'Pending' }, controllerManager)
    if (isHeld) {
      const message =
        'Waiting for a volume to be created either by the external provisioner or manually by the system administrator.'
      record(context, claim, 'ExternalProvisioning', message)
    }
    return isHeld ? undefined : wait
  }
  const volume = volumeFor(context, claim)
  if (volume === undefined) return context.timing.scheduleRetry * 8
  const volumeName = volume.metadata.name ?? ''
  const annotations = {
    ...claim.metadata.annotations,
    'pv.kubernetes.io/bind-completed': 'yes',
    'pv.kubernetes.io/bound-by-controller': 'yes',
  }
  const storageClassName = claim.spec.storageClassName ?? volume.spec.storageClassName ?? defaultClass
  const volumeMode = claim.spec.volumeMode ?? 'Filesystem'
  const spec = { ...claim.spec, storageClassName, volumeName, volumeMode }
  claim = context.cluster.update(
    { ...claim, metadata: { ...claim.metadata, annotations }, spec },
    controllerManager,
  ) as PersistentVolumeClaim
  const capacity = volume.spec.capacity ?? claim.spec.resources?.requests ?? {}
  const status = { phase: 'Bound', accessModes: claim.spec.accessModes ?? [], capacity }
  writeStatus(context, claim, status, controllerManager)
  record(context, claim, 'ProvisioningSucceeded', `Successfully provisioned volume ${volumeName}`)
  return undefined
}

/** The volume the claim names, or a new one made for it. */
function volumeFor(context: Context, claim: PersistentVolumeClaim): PersistentVolume | undefined {
  const { volumeName } = claim.spec
  const { name = '', namespace = '', uid = '' } = claim.metadata
  const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid }
  if (volumeName) {
    const named = context.cluster.get({ group: '', kind: 'PersistentVolume', namespace: '', name: volumeName })
    if (named === undefined) return undefined
    const given = named as PersistentVolume
    const bound = context.cluster.update({ ...given, spec: { ...given.spec, claimRef } }, controllerManager)
    writeStatus(context, bound, { ...given.status, phase: 'Bound' }, controllerManager)
    return bound as PersistentVolume
  }
  const volume: PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `pvc-${uid}`, annotations: { [provisionedBy]: provisioner } },
    spec: {
      accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
      capacity: claim.spec.resources?.requests ?? {},
      claimRef,
      csi: { driver: provisioner, volumeHandle: `pvc-${uid}` },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: claim.spec.storageClassName ?? defaultClass,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    },
  }
  const made = ensure(context, volume, controllerManager) as PersistentVolume
  writeStatus(context, made, { ...made.status, phase: 'Bound' }, controllerManager)
  return made
}

function release(context: Context, object: KubeObject): void {
  const { volumeName } = (object as PersistentVolumeClaim).spec
  if (!volumeName) return
  const ref = { group: '', kind: 'PersistentVolume', namespace: '', name: volumeName }
  const volume = context.cluster.get(ref) as PersistentVolume | undefined
  if (volume === undefined || volume.spec.claimRef?.['uid'] !== object.metadata.uid) return
  const isOurs = volume.metadata.annotations?.[provisionedBy] === provisioner
  if (isOurs && volume.spec.persistentVolumeReclaimPolicy === 'Delete') context.cluster.delete(ref)
  else writeStatus(context, volume, { ...volume.status, phase: 'Released' }, controllerManager)
}

function record(context: Context, claim: PersistentVolumeClaim, reason: string, message: string): void {
  context.recorder.record(claim, { type: 'Normal', reason, message, source: 'persistentvolume-controller' })
}
