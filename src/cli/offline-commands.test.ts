/** Questions answered from files by the command line as users call it: output, order, exit code. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from './program.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'halcyon-offline-'))
  const files: Record<string, string> = {
    'settings.yaml': `
apiVersion: v1
kind: ConfigMap
metadata: { name: argocd-cm }
data:
  resource.customizations.health.example.com_Widget: |
    if obj.status == nil then return nil end
    return { status = obj.status.word, message = "as " .. obj.metadata.name }
`,
    'broken.yaml':
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: argocd-cm }\ndata: { resource.customizations: "a: [" }\n',
    'objects.yaml': `
apiVersion: example.com/v1
kind: Widget
metadata: { name: one }
status: { word: Healthy }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: two, namespace: shop }
---
apiVersion: example.com/v1
kind: WidgetList
items:
- { apiVersion: example.com/v1, kind: Widget, metadata: { name: three }, status: { word: Broken } }
- { apiVersion: example.com/v1, kind: Widget, metadata: { name: four } }
`,
    'deployment.yaml':
      'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web, namespace: shop }\nspec: { replicas: 1 }\n',
    'questions.jsonl': [
      { object: { apiVersion: 'v1', kind: 'Pod', metadata: {}, status: { phase: 'Succeeded' } } },
      {
        object: { apiVersion: 'v1', kind: 'Pod' },
        settings: { 'resource.customizations.health.Pod': 'return { status = "Suspended", message = obj.kind }' },
      },
      { object: { kind: 'Pod' } },
      { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} } },
    ]
      .map((question) => JSON.stringify(question))
      .join('\n'),
    'actions.jsonl': [
      { object: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'a' } } },
      {
        object: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'a' } },
        run: 'scale',
        params: { replicas: 3 },
      },
    ]
      .map((question) => JSON.stringify(question))
      .join('\n'),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Words that end like files are files of the test. */
async function run(line: string): Promise<{ code: number; out: string; err: string }> {
  let out = ''
  let err = ''
  const args = line.split(' ').map((word) => (/\.(yaml|jsonl)$/.test(word) ? join(directory, word) : word))
  const code = await runCli(
    {
      version: '1',
      runUp: async () => 0,
      runSandbox: async () => 0,
      renderLocal: async () => '',
      io: {
        stdout: { write: (text) => (out += text) },
        stderr: { write: (text) => (err += text) },
        env: {},
        home: '/',
        now: () => 0,
        after: () => () => {},
      },
    },
    args,
  )
  return { code, out, err: err.replaceAll(`${directory}/`, '') }
}

describe('halcyon health', () => {
  test('-o json is one line for each object, in order; 1 when one is not well', async () => {
    const { code, out } = await run('health -f objects.yaml deployment.yaml --settings settings.yaml -o json')
    expect(code).toBe(1)
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { status: string; message: string })
    expect(lines.map(({ status }) => status)).toEqual(['Healthy', null, 'Unknown', null, 'Progressing'])
    expect(lines[0]).toEqual({ status: 'Healthy', message: 'as one' })
    expect(lines[1]).toEqual({ status: null, message: '' })
    expect(lines[2]?.message).toContain('Lua returned an invalid health status')
  })

  test('-o table names the objects; 0 when all are well', async () => {
    const { code, out } = await run('health -f settings.yaml')
    expect(code).toBe(0)
    expect(out).toBe('KIND       NAMESPACE  NAME       HEALTH  MESSAGE\nConfigMap             argocd-cm  -\n')
  })

  test('--batch answers line by line, and 2 when a question could not be answered', async () => {
    const { code, out } = await run('health --batch questions.jsonl')
    expect(code).toBe(2)
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { status: 'Healthy', message: '' },
      { status: 'Suspended', message: 'Pod' },
      { error: { reason: 'ManifestInvalid', message: expect.stringContaining('"object"') } },
      { status: null, message: '' },
    ])
  })

  test.each([
    ['health', 'Cannot judge: name the files with -f'],
    ['health -f missing.yaml', 'Cannot read missing.yaml'],
    [
      'health -f objects.yaml --settings deployment.yaml',
      'Cannot read settings from deployment.yaml: it has no ConfigMap argocd-cm',
    ],
    [
      'health -f objects.yaml --settings broken.yaml',
      'Cannot read settings from broken.yaml: resource.customizations: ',
    ],
  ])('%s is refused', async (line, expected) => {
    const { code, err } = await run(line)
    expect(err).toContain(expected)
    expect(code).toBe(2)
  })
})

describe('halcyon actions', () => {
  test('lists', async () => {
    const { code, out } = await run('actions -f deployment.yaml')
    expect(code).toBe(0)
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      'KIND        NAMESPACE  NAME  ACTION   ENABLED  PARAMETERS',
      'Deployment  shop       web   restart  yes',
      'Deployment  shop       web   pause    yes',
      'Deployment  shop       web   resume   no',
      'Deployment  shop       web   scale    yes      replicas=1',
      '',
    ])
  })

  test('prints what an action would write', async () => {
    const { code, out } = await run('actions -f deployment.yaml --run scale --param replicas=4')
    expect(code).toBe(0)
    expect(out).toBe(
      'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 4\n',
    )
    const json = await run('actions -f deployment.yaml --run pause -o json')
    expect(JSON.parse(json.out)).toMatchObject([{ operation: 'patch', resource: { spec: { paused: true } } }])
  })

  test('--batch', async () => {
    const { out } = await run('actions --batch actions.jsonl')
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { actions: [{ name: 'restart', disabled: false }] },
      {
        resources: [
          {
            operation: 'patch',
            resource: { apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 'a' }, spec: { replicas: 3 } },
          },
        ],
      },
    ])
  })

  test.each([
    ['actions -f deployment.yaml --run explode', 'its actions are restart, pause, resume, scale'],
    ['actions -f deployment.yaml --run resume', 'disabled in its present state'],
    ['actions -f deployment.yaml --run scale --param x', 'Wanted is name=value'],
  ])('%s is refused', async (line, expected) => {
    const { code, err } = await run(line)
    expect(err).toContain(expected)
    expect(code).toBe(2)
  })
})
