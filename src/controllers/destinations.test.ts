import { expect, test } from 'vitest'
import { type Cluster, type ClusterSource, createDestinations } from './destinations.ts'

const never = new AbortController().signal

function source(name: string, server: string): ClusterSource & { opened: number; closed: number } {
  const made = {
    name,
    server,
    opened: 0,
    closed: 0,
    async open() {
      made.opened++
      const disposable = { [Symbol.asyncDispose]: async () => void made.closed++ }
      return { name, client: disposable, live: { [Symbol.asyncDispose]: async () => {} } } as unknown as Cluster
    },
  }
  return made
}

function setUp(others: ClusterSource[], known: () => Promise<void> = async () => {}) {
  const first = source('home', 'https://home:6443')
  return { first, destinations: createDestinations(first, { list: others, known }, () => {}) }
}

const eu = source('eu', 'https://eu:6443')
const us = source('us', 'https://us:6443')

test('projects know a cluster by both names, and the first as in-cluster when it is asked for as that', () => {
  const { destinations } = setUp([eu])
  const own = { name: 'in-cluster', server: 'https://kubernetes.default.svc' }
  expect(destinations.namesOf({})).toEqual(own)
  expect(destinations.namesOf({ name: 'in-cluster' })).toEqual(own)
  expect(destinations.namesOf({ server: own.server })).toEqual(own)
  expect(destinations.namesOf({ name: 'home' })).toEqual({ name: 'home', server: 'https://home:6443' })
  expect(destinations.namesOf({ server: 'https://home:6443' })).toEqual({ name: 'home', server: 'https://home:6443' })
  expect(destinations.namesOf({ name: 'eu' })).toEqual({ name: 'eu', server: 'https://eu:6443' })
  expect(destinations.namesOf({ name: 'nowhere' })).toEqual({ name: 'nowhere', server: '' })
})

const rows: { why: string; destination: { name?: string; server?: string }; wanted: string }[] = [
  { why: 'nothing is said', destination: {}, wanted: 'home' },
  { why: 'empty texts are nothing', destination: { name: '', server: '' }, wanted: 'home' },
  { why: 'the name Argo CD gives to its own cluster', destination: { name: 'in-cluster' }, wanted: 'home' },
  { why: 'its address', destination: { server: 'https://kubernetes.default.svc' }, wanted: 'home' },
  { why: 'its long address', destination: { server: 'https://kubernetes.default.svc.cluster.local' }, wanted: 'home' },
  { why: 'by the name of the first', destination: { name: 'home' }, wanted: 'home' },
  { why: 'by the server of the first', destination: { server: 'https://home:6443' }, wanted: 'home' },
  { why: 'another by name', destination: { name: 'us' }, wanted: 'us' },
  { why: 'another by server', destination: { server: 'https://eu:6443' }, wanted: 'eu' },
  { why: 'a slash at the end means nothing', destination: { server: 'https://eu:6443/' }, wanted: 'eu' },
]

test.for(rows)('$why', async ({ destination, wanted }) => {
  const { destinations } = setUp([eu, us])
  expect(destinations.nameOf(destination)).toBe(wanted)
  expect((await destinations.cluster(destination, never)).name).toBe(wanted)
})

test('a Secret for the in-cluster address is another name of the first cluster', async () => {
  const { first, destinations } = setUp([source('main', 'https://kubernetes.default.svc')])
  expect(destinations.nameOf({ name: 'main' })).toBe('home')
  await destinations.cluster({ name: 'main' }, never)
  await destinations.cluster({}, never)
  expect(first.opened).toBe(1)
})

test('an unknown one names what is known, in the terms it was asked in', async () => {
  const { destinations } = setUp([eu])
  await expect(destinations.cluster({ name: 'us' }, never)).rejects.toMatchObject({
    reason: 'ClusterUnknown',
    message: 'Cannot find cluster us: known here are home, eu',
  })
  await expect(destinations.cluster({ server: 'https://us:6443' }, never)).rejects.toMatchObject({
    message: 'Cannot find cluster https://us:6443: known here are https://home:6443 (home), https://eu:6443 (eu)',
  })
})

test('before the list is known nothing is unknown', async () => {
  const list: ClusterSource[] = []
  const { destinations } = setUp(list, async () => void list.push(us))
  expect((await destinations.cluster({ name: 'us' }, never)).name).toBe('us')
  const { destinations: blind } = setUp([], () => Promise.reject(new Error('cannot list')))
  await expect(blind.cluster({ name: 'us' }, never)).rejects.toThrow('cannot list')
})

test('two clusters of one name are told apart by nobody', async () => {
  const { destinations } = setUp([source('eu', 'https://one'), source('eu', 'https://two')])
  for (const destination of [{ name: 'eu' }, { server: 'https://two' }])
    await expect(destinations.cluster(destination, never)).rejects.toMatchObject({
      reason: 'ClusterUnknown',
      message: 'Cannot tell clusters apart: https://one and https://two are both named eu; give them different names',
    })
})

test('what is not declared any more is closed, also when it was just being opened', async () => {
  const list = [source('eu', 'https://eu'), source('us', 'https://us')]
  const [one, two] = list
  const { destinations } = setUp(list)
  await destinations.cluster({ name: 'eu' }, never)
  const opening = destinations.cluster({ name: 'us' }, never)
  list.length = 0
  await destinations.changed()
  await expect(opening).rejects.toMatchObject({ reason: 'ClusterUnknown' })
  expect([one?.closed, two?.closed]).toEqual([1, 1])
  expect(destinations.opened).toEqual([])
})
