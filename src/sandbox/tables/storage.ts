/** Volumes, claims and storage classes. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import type { Column } from './column.ts'
import { ageColumn, boolean, field, nameColumn, text, wide } from './column.ts'
import { at, listAt, textAt } from './fields.ts'

const phase = text('Status', (object) => {
  return object.metadata.deletionTimestamp === undefined ? textAt(object, ['status', 'phase']) : 'Terminating'
})

const tail = [
  field('VolumeAttributesClass', ['spec', 'volumeAttributesClassName'], '<unset>'),
  wide(field('VolumeMode', ['spec', 'volumeMode'], '<unset>')),
] as const

export const volumes: readonly Column[] = [
  nameColumn,
  field('Capacity', ['spec', 'capacity', 'storage'], '0'),
  text('Access Modes', (volume) => accessModes(volume, 'spec', 'accessModes')),
  field('Reclaim Policy', ['spec', 'persistentVolumeReclaimPolicy']),
  phase,
  text('Claim', (volume) => {
    const claim = at(volume, 'spec', 'claimRef')
    return claim === undefined ? '' : `${textAt(claim, ['namespace'])}/${textAt(claim, ['name'])}`
  }),
  text('StorageClass', storageClassOf),
  tail[0],
  field('Reason', ['status', 'reason']),
  ageColumn,
  tail[1],
]

export const volumeClaims: readonly Column[] = [
  nameColumn,
  phase,
  field('Volume', ['spec', 'volumeName']),
  text('Capacity', (claim) => (isBound(claim) ? textAt(claim, ['status', 'capacity', 'storage'], '0') : '')),
  text('Access Modes', (claim) => (isBound(claim) ? accessModes(claim, 'status', 'accessModes') : '')),
  text('StorageClass', storageClassOf),
  tail[0],
  ageColumn,
  tail[1],
]

export const storageClasses: readonly Column[] = [
  {
    ...nameColumn,
    cell: (object) => {
      const isDefault = object.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
      return `${object.metadata.name}${isDefault ? ' (default)' : ''}`
    },
  },
  field('Provisioner', ['provisioner']),
  field('ReclaimPolicy', ['reclaimPolicy'], 'Delete'),
  field('VolumeBindingMode', ['volumeBindingMode'], 'Immediate'),
  { ...boolean('AllowVolumeExpansion', (object) => at(object, 'allowVolumeExpansion') === true), type: 'string' },
  ageColumn,
]

function isBound(claim: KubeObject): boolean {
  return textAt(claim, ['spec', 'volumeName']) !== ''
}

function storageClassOf(object: KubeObject): string {
  const beta = object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class']
  return beta ?? textAt(object, ['spec', 'storageClassName'])
}

const short: Record<string, string> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

function accessModes(object: KubeObject, ...path: string[]): string {
  const modes = new Set(listAt(object, ...path).map(String))
  return Object.keys(short)
    .filter((mode) => modes.has(mode))
    .map((mode) => short[mode])
    .join(',')
}
