import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Api, startApi } from './testing/api.ts'

const CLAIMS = '/api/v1/namespaces/default/persistentvolumeclaims'
const PODS = '/api/v1/namespaces/default/pods'

let api: Api
beforeEach(async () => {
  api = await startApi()
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await api.call('POST', CLAIMS, { body: { metadata: { name: 'data' }, spec } })
})
afterEach(() => api[Symbol.asyncDispose]())

test('a claim that no pod uses goes at once', async () => {
  expect((await api.call('DELETE', `${CLAIMS}/data`)).body.metadata.finalizers).toEqual([
    'kubernetes.io/pvc-protection',
  ])
  expect((await api.call('GET', `${CLAIMS}/data`)).code).toBe(404)
})

test('a claim in use waits for its last pod', async () => {
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }]
  const spec = { containers: [{ name: 'c', image: 'x' }], volumes }
  await api.call('POST', PODS, { body: { metadata: { name: 'user' }, spec } })
  await api.call('DELETE', `${CLAIMS}/data`)
  expect((await api.call('GET', `${CLAIMS}/data`)).body.metadata.deletionTimestamp).toBeDefined()
  await api.call('DELETE', `${PODS}/user`, { body: { gracePeriodSeconds: 0 } })
  expect((await api.call('GET', `${CLAIMS}/data`)).code).toBe(404)
})
