/** What a person sees who works on the sandbox with the real helm. */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deploymentYaml, type Outcome, type Person, type Place, startPlace } from './client.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
}, 180_000)
afterAll(() => place[Symbol.asyncDispose]())

async function ok(outcome: Promise<Outcome>): Promise<string> {
  const { code, text } = await outcome
  expect(code, text).toBe(0)
  return text.trimEnd()
}

async function refused(outcome: Promise<Outcome>): Promise<string> {
  const { code, text } = await outcome
  expect(code, text).not.toBe(0)
  return text.trimEnd()
}

const HOOK = `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-migrate
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers: [{name: migrate, image: busybox}]
`
const CHECK = `apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-check
  annotations: {helm.sh/hook: test}
spec:
  restartPolicy: Never
  containers: [{name: check, image: busybox, command: ["true"]}]
`
const FACTS = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-facts}
data:
  found: {{ (lookup "v1" "Namespace" "" "kube-system").metadata.name | quote }}
  version: {{ .Capabilities.KubeVersion.Version | quote }}
  autoscaling: {{ .Capabilities.APIVersions.Has "autoscaling/v2/HorizontalPodAutoscaler" | quote }}
`

/** A chart in the person's folder. */
function chart(me: Person): string {
  const file = me.file('Chart.yaml', '')
  const folder = `${dirname(file)}/shop`
  mkdirSync(`${folder}/templates`, { recursive: true })
  me.file('shop/Chart.yaml', 'apiVersion: v2\nname: shop\nversion: 1.2.3\nappVersion: "7"\nkubeVersion: ">=1.30.0-0"\n')
  me.file('shop/values.yaml', 'image: nginx:1.27\nreplicas: 1\n')
  const web = deploymentYaml('{{ .Release.Name }}-web', '{{ .Values.image }}', 0)
  me.file('shop/templates/web.yaml', web.replace('replicas: 0', 'replicas: {{ .Values.replicas }}'))
  me.file('shop/templates/facts.yaml', FACTS)
  me.file('shop/templates/migrate.yaml', HOOK)
  me.file('shop/templates/check.yaml', CHECK)
  return folder
}

test('install, upgrade, rollback, test, uninstall: a release from its first day to its last', async () => {
  await using me = await place.person()
  const path = chart(me)
  expect(await ok(me.helm(`install shop ${path} --wait --timeout 60s`))).toMatch(
    /NAME: shop\n[\s\S]*STATUS: deployed\nREVISION: 1\n/,
  )
  expect(await ok(me.kubectl('get deployment shop-web -o jsonpath={.status.readyReplicas}'))).toBe('1')
  expect(JSON.parse(await ok(me.kubectl('get configmap shop-facts -o jsonpath={.data}')))).toEqual({
    found: 'kube-system',
    version: expect.stringMatching(/^v1\.35\./),
    autoscaling: 'true',
  })
  // The hook ran, and was taken away as it asked.
  expect(await ok(me.kubectl('get jobs -o name'))).toBe('')
  expect(await ok(me.kubectl('get events --field-selector=involvedObject.kind=Job -o name'))).not.toBe('')

  expect(await ok(me.helm(`upgrade shop ${path} --set replicas=2 --wait --timeout 60s`))).toMatch(
    /STATUS: deployed\nREVISION: 2\n/,
  )
  expect(await ok(me.kubectl('get deployment shop-web -o jsonpath={.status.readyReplicas}'))).toBe('2')
  expect(await ok(me.helm('rollback shop 1 --wait --timeout 60s'))).toBe('Rollback was a success! Happy Helming!')
  expect(await ok(me.helm('history shop'))).toMatch(
    /^1\s+.*superseded.*Install complete\s*\n2\s+.*superseded.*Upgrade complete\s*\n3\s+.*deployed.*Rollback to 1/m,
  )
  expect(await ok(me.helm('list'))).toMatch(/^shop\s+\S+\s+3\s+.*deployed\s+shop-1\.2\.3\s+7/m)
  expect(await ok(me.helm('status shop'))).toMatch(/STATUS: deployed\nREVISION: 3/)
  expect(await ok(me.helm('get values shop --all'))).toContain('replicas: 1')
  expect(await ok(me.helm('get manifest shop'))).toContain('name: shop-web')
  expect(await ok(me.helm('get hooks shop'))).toContain('name: shop-migrate')
  // A pod that nothing runs ends only in the sandbox.
  if (me.isSandbox) expect(await ok(me.helm('test shop --timeout 60s'))).toMatch(/Phase:\s+Succeeded/)

  expect(await ok(me.helm('uninstall shop --wait --timeout 60s'))).toBe('release "shop" uninstalled')
  expect(await ok(me.kubectl('get deployments,configmaps -l app.kubernetes.io/managed-by=Helm -o name'))).toBe('')
  expect(await refused(me.helm('status shop'))).toContain('release: not found')
  expect(await ok(me.kubectl('get secrets -l owner=helm -o name'))).toBe('')
})

test('--dry-run=server: looks up, validates, and writes nothing', async () => {
  await using me = await place.person()
  const path = chart(me)
  const shown = await ok(me.helm(`install shop ${path} --dry-run=server`))
  expect(shown).toContain('found: "kube-system"')
  expect(await ok(me.kubectl('get deployments,configmaps,secrets -l app!=none -o name'))).not.toContain('shop')
})

test('what was there before is not taken over', async () => {
  await using me = await place.person()
  const path = chart(me)
  await ok(me.kubectl('create configmap shop-facts'))
  expect(await refused(me.helm(`install shop ${path}`))).toContain('invalid ownership metadata')
  expect(await ok(me.helm(`install shop ${path} --take-ownership --wait --timeout 60s`))).toContain('STATUS: deployed')
})

test('an image that does not come: the wait ends, and --rollback-on-failure goes back', async (context) => {
  await using me = await place.person()
  // The other cluster's pods start whatever the image says.
  if (!me.isSandbox) context.skip()
  const path = chart(me)
  await ok(me.helm(`install shop ${path} --wait --timeout 60s`))
  const text = await refused(
    me.helm(`upgrade shop ${path} --set image=nginx:does-not-exist --wait --rollback-on-failure --timeout 5s`),
  )
  expect(text).toMatch(/resource Deployment\/\S+\/shop-web not ready/)
  expect(await ok(me.helm('history shop'))).toMatch(/^2\s+.*failed[\s\S]*^3\s+.*deployed.*Rollback to 1/m)
  expect(await ok(me.kubectl('get deployment shop-web -o jsonpath={..image}'))).toBe('nginx:1.27')
})

test('a manifest the server refuses fails the release with the reason', async () => {
  await using me = await place.person()
  const path = chart(me)
  me.file(
    'shop/templates/bad.yaml',
    'apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n',
  )
  expect(await refused(me.helm(`install shop ${path}`))).toMatch(
    /Service "bad" is invalid: \[?spec\.ports\[0\]\.port: Invalid value: 99999: must be between 1 and 65535, inclusive/,
  )
  expect(await ok(me.helm('list --failed -q'))).toBe('shop')
})
