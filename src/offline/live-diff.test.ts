/** Manifests against live objects: what differs, what only looks different, and what is ignored. */
import { afterAll, expect, test } from 'vitest'
import type { IgnoreRule } from '../api/application.ts'
import { createJq } from '../pipeline/jq/jq.ts'
import { systemClock } from '../runtime/clock.ts'
import { parseObjects } from './files.ts'
import { liveDiff } from './live-diff.ts'

const jq = createJq({ clock: systemClock })
const { signal } = new AbortController()
afterAll(() => jq[Symbol.asyncDispose]())

async function fields(desired: string, live: string, rules: readonly IgnoreRule[] = []): Promise<string[]> {
  const diff = await liveDiff(parseObjects(desired, 'desired'), parseObjects(live, 'live'), { rules, jq, signal })
  return diff.objects.flatMap((one) =>
    one.action === 'update' ? one.fields.map((f) => `${f.path}: ${f.before} -> ${f.after}`) : one.action,
  )
}

function configMap(more: string, metadata = ''): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: default${metadata} }\n${more}\n`
}

function pod(spec: string, metadata = ''): string {
  return `apiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: default${metadata} }\nspec: ${spec}\n`
}

const applied = (json: string) => `, annotations: { kubectl.kubernetes.io/last-applied-configuration: '${json}' }`

const rows: readonly { reason: string; desired: string; live: string; want: readonly string[] }[] = [
  { reason: 'equal', desired: configMap('data: { a: b }'), live: configMap('data: { a: b }'), want: ['none'] },
  {
    reason: 'another value',
    desired: configMap('data: { a: new }'),
    live: configMap('data: { a: old }'),
    want: ['data.a: "old" -> "new"'],
  },
  {
    reason: 'what others added',
    desired: configMap('data: { a: b }'),
    live: configMap('data: { a: b, c: d }'),
    want: ['none'],
  },
  {
    reason: 'what was applied and left the manifest',
    desired: configMap('data: { a: b }'),
    live: configMap('data: { a: b, c: d }', applied('{"data":{"a":"b","c":"d"}}')),
    want: ['data.c: "d" -> undefined'],
  },
  {
    reason: 'the same by managedFields',
    desired: configMap('data: { a: b }'),
    live: configMap(
      'data: { a: b, c: d }',
      ', managedFields: [{ manager: argocd-controller, operation: Apply, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: { "f:data": { "f:c": {} } } }]',
    ),
    want: ['data.c: "d" -> undefined'],
  },
  {
    reason: 'quantities of one size',
    desired: pod('{ containers: [{ name: a, resources: { limits: { cpu: 1000m, memory: 1024Mi } } }] }'),
    live: pod('{ containers: [{ name: a, resources: { limits: { cpu: "1", memory: 1Gi } } }] }'),
    want: ['none'],
  },
  {
    reason: 'quantities of two sizes',
    desired: pod('{ containers: [{ name: a, resources: { limits: { cpu: 1100m } } }] }'),
    live: pod('{ containers: [{ name: a, resources: { limits: { cpu: "1" } } }] }'),
    want: ['spec.containers[a].resources.limits.cpu: "1" -> "1100m"'],
  },
  {
    reason: 'texts that look like quantities elsewhere',
    desired: configMap('data: { a: 1000m }'),
    live: configMap('data: { a: "1" }'),
    want: ['data.a: "1" -> "1000m"'],
  },
  {
    reason: 'an injected container, in front',
    desired: pod('{ containers: [{ name: a, image: i }] }'),
    live: pod('{ containers: [{ name: proxy, image: x }, { name: a, image: i, imagePullPolicy: Always }] }'),
    want: ['none'],
  },
  {
    reason: 'a container that left the manifest',
    desired: pod('{ containers: [{ name: a, image: i }] }'),
    live: pod(
      '{ containers: [{ name: a, image: i }, { name: b, image: j }] }',
      applied('{"spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"j"}]}}'),
    ),
    want: ['spec.containers[b]: {"image":"j","name":"b"} -> undefined'],
  },
  {
    reason: 'a list of scalars is one value',
    desired: pod('{ containers: [{ name: a, args: [x] }] }'),
    live: pod('{ containers: [{ name: a, args: [x, z] }] }'),
    want: ['spec.containers[a].args: ["x","z"] -> ["x"]'],
  },
  {
    reason: 'null, empty labels and status',
    desired: `${configMap('data: { a: b, n: null }', ', labels: {}')}status: { x: 1 }\n`,
    live: configMap('data: { a: b }'),
    want: ['none'],
  },
  {
    reason: 'a served version and a wanted one',
    desired:
      'apiVersion: autoscaling/v2beta2\nkind: HorizontalPodAutoscaler\nmetadata: { name: h }\nspec: { maxReplicas: 3 }\n',
    live: 'apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: { name: h, namespace: default }\nspec: { maxReplicas: 3 }\n',
    want: ['none'],
  },
  { reason: 'missing', desired: configMap('data: {}'), live: '', want: ['create'] },
  {
    reason: 'extraneous, when tracked',
    desired: '',
    live: configMap('data: {}', ', annotations: { argocd.argoproj.io/tracking-id: "a:/ConfigMap:default/c" }'),
    want: ['prune'],
  },
  { reason: 'somebody else’s', desired: '', live: configMap('data: {}'), want: [] },
  {
    reason: 'hooks do not count',
    desired: configMap('data: {}', ', annotations: { argocd.argoproj.io/hook: PreSync }'),
    live: '',
    want: [],
  },
]
test.each(rows)('$reason', async ({ desired, live, want }) => {
  expect(await fields(desired, live)).toEqual(want)
})

test('stringData is data, and neither is shown', async () => {
  const secret = (more: string) => `apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: default }\n${more}\n`
  const live = secret('data: { password: aHVudGVyMg== }')
  expect(await fields(secret('stringData: { password: hunter2 }'), live)).toEqual(['none'])
  const [shown = ''] = await fields(secret('stringData: { password: hunter3 }'), live)
  expect(shown).toMatch(/^data\.password: "\*\*\*[0-9a-f]{4}" -> "\*\*\*[0-9a-f]{4}"$/)
})

test.each([
  ['a pointer', { jsonPointers: ['/data/a'] }],
  ['a jq expression', { jqPathExpressions: ['.data | .a'] }],
  ['a pointer to a parent', { jsonPointers: ['/data'] }],
])('%s ignores what it names and nothing else', async (_, rule) => {
  const rules = [{ kind: 'ConfigMap', ...rule }]
  const live = configMap('data: { a: old }\nimmutable: false')
  expect(await fields(configMap('data: { a: new }'), live, rules)).toEqual(['none'])
  expect(await fields(configMap('data: { a: new }\nimmutable: true'), live, rules)).toEqual([
    'immutable: false -> true',
  ])
})
