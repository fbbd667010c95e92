import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, startApi } from '../testing/api.ts'

const APPS = '/apis/apps/v1/namespaces/default'
const CORE = '/api/v1/namespaces/default'
const BATCH = '/apis/batch/v1/namespaces/default'
const main = { name: 'main', image: 'nginx:1.27' }

let api: Api
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api[Symbol.asyncDispose]())

const post = (path: string, spec: object, name = 'it') => api.call('POST', path, { body: { metadata: { name }, spec } })
const patch = (path: string, spec: object) =>
  api.call('PATCH', path, { type: 'application/merge-patch+json', body: { spec } })
const causes = (reply: { body: { details?: { causes?: { field: string; message: string }[] } } }) =>
  (reply.body.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`)

function workload(pod: object = {}, more: object = {}) {
  const template = { metadata: { labels: { app: 'it' } }, spec: { containers: [main], ...pod } }
  return { selector: { matchLabels: { app: 'it' } }, template, ...more }
}

test('the selector of a Deployment stays', async () => {
  expect((await post(`${APPS}/deployments`, workload())).code).toBe(201)
  const other = { matchLabels: { app: 'other' } }
  const changed = await patch(`${APPS}/deployments/it`, {
    selector: other,
    template: { metadata: { labels: other.matchLabels } },
  })
  expect(changed.code).toBe(422)
  expect(causes(changed)).toEqual(['spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable'])
})

test('a Job that was read from a cluster has the labels of another Job', async () => {
  const template = {
    metadata: { labels: { 'job-name': 'another' } },
    spec: { restartPolicy: 'Never', containers: [main] },
  }
  const made = await post(`${BATCH}/jobs`, { template })
  expect(made.code).toBe(422)
  expect(causes(made)[0]).toMatch(/^spec\.template\.metadata\.labels\[job-name\]: Invalid value: \{.*\}: must be 'it'$/)
})

test('the template of a Job stays, its parallelism does not', async () => {
  const template = { spec: { restartPolicy: 'Never', containers: [main] } }
  expect((await post(`${BATCH}/jobs`, { template })).code).toBe(201)
  expect((await patch(`${BATCH}/jobs/it`, { parallelism: 2 })).code).toBe(200)
  const changed = await patch(`${BATCH}/jobs/it`, { template: { spec: { containers: [{ ...main, image: 'x:2' }] } } })
  expect(causes(changed)[0]).toMatch(/^spec\.template: Invalid value: .*: field is immutable$/s)
})

test('ports of the host are asked of a pod, and may be left out of a template', async () => {
  const containers = [{ ...main, ports: [{ containerPort: 80 }] }]
  const set = await post(`${APPS}/deployments`, workload({ hostNetwork: true, containers }))
  expect(set.code, set.text).toBe(201)
  expect(set.body.spec.template.spec.containers[0].ports).toEqual([{ containerPort: 80, protocol: 'TCP' }])
  const pod = await post(`${CORE}/pods`, { hostNetwork: true, containers })
  expect(pod.body.spec.containers[0].ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }])
  const wrong = [{ ...main, ports: [{ containerPort: 80, hostPort: 81 }] }]
  expect(causes(await post(`${APPS}/deployments`, workload({ hostNetwork: true, containers: wrong }), 'no'))).toEqual([
    'spec.template.spec.containers[0].ports[0].hostPort: Invalid value: 81: must match `containerPort` when `hostNetwork` is true',
  ])
})

test('a volume with a mistake cannot be mounted either', async () => {
  const volumes = [{ name: 'data', emptyDir: {}, secret: { secretName: 's' } }]
  const containers = [{ ...main, volumeMounts: [{ name: 'data', mountPath: '/data' }] }]
  expect(causes(await post(`${CORE}/pods`, { containers, volumes }))).toEqual([
    'spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type',
    'spec.containers[0].volumeMounts[0].name: Not found: "data"',
  ])
})

test('claims of a StatefulSet are its volumes', async () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  }
  const pod = { containers: [{ ...main, volumeMounts: [{ name: 'data', mountPath: '/data' }] }] }
  const refused = await post(`${APPS}/statefulsets`, workload(pod))
  expect(causes(refused)).toEqual(['spec.template.spec.containers[0].volumeMounts[0].name: Not found: "data"'])
  expect((await post(`${APPS}/statefulsets`, workload(pod, { volumeClaimTemplates: [claim] }))).code).toBe(201)
  const grown = await patch(`${APPS}/statefulsets/it`, {
    volumeClaimTemplates: [
      { ...claim, spec: { ...claim.spec } },
      { ...claim, metadata: { name: 'more' } },
    ],
  })
  expect(causes(grown)).toEqual([
    "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
  ])
})

test('a Service keeps its address until it becomes an alias', async () => {
  const made = await post(`${CORE}/services`, { type: 'NodePort', ports: [{ port: 80 }] })
  const { clusterIP, ports } = made.body.spec
  expect(ports[0]).toMatchObject({ port: 80, targetPort: 80, protocol: 'TCP' })
  expect(ports[0].nodePort).toBeGreaterThanOrEqual(30_000)
  const moved = await patch(`${CORE}/services/it`, { clusterIP: '10.96.0.77', clusterIPs: ['10.96.0.77'] })
  expect(causes(moved)[0]).toMatch(/^spec\.clusterIPs?(?:\[0\])?: Invalid value: .*may not change once set$/)
  const alias = await patch(`${CORE}/services/it`, { type: 'ExternalName', externalName: 'example.com' })
  expect(alias.code, alias.text).toBe(200)
  expect(alias.body.spec).toEqual({
    type: 'ExternalName',
    externalName: 'example.com',
    sessionAffinity: 'None',
    ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }],
  })
  expect(clusterIP).toMatch(/^10\./)
})

test('what is marked immutable says so', async () => {
  const path = `${CORE}/configmaps`
  await api.call('POST', path, { body: { metadata: { name: 'it' }, data: { a: '1' }, immutable: true } })
  const changed = await api.call('PATCH', `${path}/it`, {
    type: 'application/merge-patch+json',
    body: { data: { a: '2' } },
  })
  expect(causes(changed)).toEqual(['data: Forbidden: field is immutable when `immutable` is set'])
})

test('the status of a pod cannot lose its class', async () => {
  await post(`${CORE}/pods`, { containers: [main] })
  const pod = (await api.call('GET', `${CORE}/pods/it`)).body
  const put = await api.call('PUT', `${CORE}/pods/it/status`, { body: { ...pod, status: { phase: 'Running' } } })
  expect(put.body.status).toEqual({ phase: 'Running', qosClass: 'BestEffort' })
})
