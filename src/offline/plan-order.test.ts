/** Manifests in, the order of a sync out: a row for each documented rule (Argo CD, sync phases and waves). */
import { expect, test } from 'vitest'
import { parseObjects } from './files.ts'
import { orderOf } from './plan-order.ts'

function order(manifests: string): string[] {
  return orderOf(parseObjects(manifests, 'test')).steps.flatMap((step) =>
    step.objects.map((one) => `${step.phase} ${step.wave} ${one.kind} ${one.namespace}/${one.name}`),
  )
}

function object(kind: string, name: string, annotations: Record<string, string> = {}, more = ''): string {
  const apiVersion = { Job: 'batch/v1', Deployment: 'apps/v1', Widget: 'example.com/v1' }[kind] ?? 'v1'
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n  annotations: ${JSON.stringify(annotations)}\n${more}---\n`
}

test('phases come before waves, waves before kinds, kinds before names', () => {
  const manifests = [
    object('Deployment', 'web'),
    object('Service', 'b'),
    object('Service', 'a'),
    object('ConfigMap', 'early', { 'argocd.argoproj.io/sync-wave': '-1' }),
    object('Job', 'after', { 'argocd.argoproj.io/hook': 'PostSync' }),
    object('Job', 'before', { 'argocd.argoproj.io/hook': 'PreSync', 'argocd.argoproj.io/sync-wave': '5' }),
  ]
  const expected = [
    'PreSync 5 Job default/before',
    'Sync -1 ConfigMap default/early',
    'Sync 0 Service default/a',
    'Sync 0 Service default/b',
    'Sync 0 Deployment default/web',
    'PostSync 0 Job default/after',
  ]
  expect(order(manifests.join(''))).toEqual(expected)
  expect(order(manifests.reverse().join(''))).toEqual(expected)
})

test("Helm's hooks are mapped, its weight is the wave, and its tests are no part of a sync", () => {
  const manifests =
    object('Job', 'migrate', { 'helm.sh/hook': 'pre-upgrade,pre-install', 'helm.sh/hook-weight': '-3' }) +
    object('Pod', 'test', { 'helm.sh/hook': 'test' })
  expect(order(manifests)).toEqual(['PreSync -3 Job default/migrate'])
  expect(orderOf(parseObjects(manifests, 'test')).outside).toEqual([
    { group: '', kind: 'Pod', namespace: '', name: 'test', phases: [] },
  ])
})

test('a Namespace and a CRD go ahead of what needs them, into its phase and wave', () => {
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.com }
spec: { group: example.com, scope: Cluster, names: { kind: Widget, plural: widgets } }
---
`
  const needs = { 'argocd.argoproj.io/sync-wave': '-2' }
  expect(order(object('Namespace', 'shop') + crd + object('Widget', 'w', needs))).toEqual([
    'Sync -2 CustomResourceDefinition /widgets.example.com',
    'Sync -2 Widget /w',
    'Sync 0 Namespace /shop',
  ])
  expect(order(object('Namespace', 'shop') + object('Secret', 's', needs, '  namespace: shop\n'))).toEqual([
    'Sync -2 Namespace /shop',
    'Sync -2 Secret shop/s',
  ])
})

test('kinds that nobody defines count as namespaced', () => {
  expect(order(object('Widget', 'w'))).toEqual(['Sync 0 Widget default/w'])
})

test('a hook in two phases is listed in both, with a name for each', () => {
  const manifest = `apiVersion: batch/v1
kind: Job
metadata:
  generateName: notify-
  annotations: { argocd.argoproj.io/hook: "PostSync, SyncFail" }
`
  expect(order(manifest)).toEqual(['PostSync 0 Job default/notify-postsync', 'SyncFail 0 Job default/notify-syncfail'])
})
