/** What a person sees who works on the sandbox with the real kubectl. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deploymentYaml, type Person, type Place, startPlace } from './client.ts'

let place: Place
beforeAll(async () => {
  place = await startPlace()
}, 180_000)
afterAll(() => place[Symbol.asyncDispose]())

/** Expects success, gives what was printed. */
async function ok(outcome: ReturnType<Person['kubectl']>): Promise<string> {
  const { code, text } = await outcome
  expect(code, text).toBe(0)
  return text.trimEnd()
}

/** Expects failure, gives what was printed. */
async function refused(outcome: ReturnType<Person['kubectl']>): Promise<string> {
  const { code, text } = await outcome
  expect(code, text).not.toBe(0)
  return text.trimEnd()
}

test('apply: created, unchanged, configured; with what it last applied', async () => {
  await using me = await place.person()
  const file = me.file('web.yaml', deploymentYaml('web'))
  expect(await ok(me.kubectl(`apply -f ${file}`))).toBe('deployment.apps/web created')
  expect(await ok(me.kubectl(`apply -f ${file}`))).toBe('deployment.apps/web unchanged')
  me.file('web.yaml', deploymentYaml('web', 'nginx:1.28'))
  expect(await ok(me.kubectl(`apply -f ${file} --dry-run=server`))).toBe(
    'deployment.apps/web configured (server dry run)',
  )
  expect(await ok(me.kubectl(`apply -f ${file}`))).toBe('deployment.apps/web configured')
  expect(await ok(me.kubectl('apply view-last-applied deployment web'))).toContain('image: nginx:1.28')
  expect(await ok(me.kubectl('get deployment web -o jsonpath={.metadata.generation}'))).toBe('2')
})

test('apply: fields and list items that left the file leave the object', async () => {
  await using me = await place.person()
  const yaml = (extra: string) => deploymentYaml('web').replace('ports:', `${extra}ports:`)
  const file = me.file('web.yaml', yaml('env: [{name: A, value: a}, {name: B, value: b}]\n        '))
  await ok(me.kubectl(`apply -f ${file}`))
  me.file('web.yaml', yaml('env: [{name: B, value: b}]\n        '))
  await ok(me.kubectl(`apply -f ${file}`))
  const env = 'get deployment web -o jsonpath={.spec.template.spec.containers[0].env[*].name}'
  expect(await ok(me.kubectl(env))).toBe('B')
})

test('apply --prune takes away what is no longer in the files', async () => {
  await using me = await place.person()
  const map = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {part: x}}\n`
  const file = me.file('maps.yaml', `${map('one')}---\n${map('two')}`)
  await ok(me.kubectl(`apply -f ${file} --prune -l part=x`))
  me.file('maps.yaml', map('one'))
  expect(await ok(me.kubectl(`apply -f ${file} --prune -l part=x --prune-allowlist=core/v1/ConfigMap`))).toContain(
    'configmap/two pruned',
  )
  expect(await ok(me.kubectl('get configmap -l part=x -o name'))).toBe('configmap/one')
})

test('apply --server-side: owners, a conflict as the server words it, and --force-conflicts', async () => {
  await using me = await place.person()
  const file = me.file('web.yaml', deploymentYaml('web'))
  expect(await ok(me.kubectl(`apply --server-side -f ${file}`))).toBe('deployment.apps/web serverside-applied')
  const other = me.file('other.yaml', deploymentYaml('web', 'nginx:1.27', 5))
  const text = await refused(me.kubectl(`apply --server-side --field-manager=other -f ${other}`))
  expect(text).toContain('Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas')
  await ok(me.kubectl(`apply --server-side --field-manager=other --force-conflicts -f ${other}`))
  const managers = await ok(
    me.kubectl(
      `get deployment web --show-managed-fields -o jsonpath='{.metadata.managedFields[?(@.operation=="Apply")].manager}'`,
    ),
  )
  expect(managers.split(' ').sort()).toEqual(['kubectl', 'other'])
})

test('apply -k: a kustomization', async () => {
  await using me = await place.person()
  me.file('web.yaml', deploymentYaml('web'))
  const file = me.file(
    'kustomization.yaml',
    'namePrefix: my-\nresources: [web.yaml]\nimages: [{name: nginx, newTag: "9"}]\n',
  )
  expect(await ok(me.kubectl(`apply -k ${file.slice(0, file.lastIndexOf('/'))}`))).toBe(
    'deployment.apps/my-web created',
  )
  expect(await ok(me.kubectl('get deployment my-web -o jsonpath={..image}'))).toBe('nginx:9')
})

test('apply refuses what the kind does not have', async () => {
  await using me = await place.person()
  const file = me.file('web.yaml', deploymentYaml('web').replace('replicas:', 'replikas: 1\n  replicas:'))
  expect(await refused(me.kubectl(`apply -f ${file}`))).toContain(
    'strict decoding error: unknown field "spec.replikas"',
  )
  expect(await ok(me.kubectl(`apply --validate=warn -f ${file}`))).toContain('Warning: unknown field "spec.replikas"')
})

test('diff: nothing, then the lines that change; client-side and server-side', async () => {
  await using me = await place.person()
  const file = me.file('web.yaml', deploymentYaml('web'))
  await ok(me.kubectl(`apply -f ${file}`))
  expect(await me.kubectl(`diff -f ${file}`)).toMatchObject({ code: 0, text: '' })
  me.file('web.yaml', deploymentYaml('web', 'nginx:1.28'))
  for (const way of ['', '--server-side --force-conflicts']) {
    const { code, text } = await me.kubectl(`diff ${way} -f ${file}`)
    expect(code).toBe(1)
    expect(text).toMatch(/^-.*image: nginx:1.27$/m)
    expect(text).toMatch(/^\+.*image: nginx:1.28$/m)
    expect(text).toMatch(/^- {2}generation: 1\n\+ {2}generation: 2$/m)
    expect(text).not.toMatch(/^[-+] +(?:replicas|name|app|creationTimestamp)/m)
  }
})

describe('a running deployment', () => {
  let me: Person
  beforeAll(async () => {
    me = await place.person()
    await ok(me.kubectl(`apply -f ${me.file('web.yaml', deploymentYaml('web'))}`))
    await ok(me.kubectl('rollout status deployment web --timeout=30s'))
  })
  afterAll(() => me[Symbol.asyncDispose]())

  test('get: the table, and wide', async () => {
    expect(await ok(me.kubectl('get deployments'))).toMatch(
      /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +2\/2 +2 +2 +\d+s$/,
    )
    expect(await ok(me.kubectl('get deployments -o wide'))).toMatch(
      /CONTAINERS +IMAGES +SELECTOR\nweb .* web +nginx:1.27 +app=web$/,
    )
    expect(await ok(me.kubectl('get pods -l app=web'))).toMatch(
      /^NAME +READY +STATUS +RESTARTS +AGE\nweb-\w+-\w{5} +1\/1 +Running +0 +\d+s\nweb-/,
    )
    expect(await ok(me.kubectl('get pods -o wide'))).toMatch(
      /IP +NODE +NOMINATED NODE +READINESS GATES\n.* \d+\.\d+\.\d+\.\d+ +\S+ +<none> +<none>/,
    )
    expect(await ok(me.kubectl('get deployments,replicasets --show-labels --no-headers'))).toMatch(
      /^deployment.apps\/web .* app=web\n+replicaset.apps\/web-\w+ .* app=web,pod-template-hash=\w+$/,
    )
    expect(await ok(me.kubectl('get all'))).toMatch(/pod\/web[\s\S]*deployment.apps\/web[\s\S]*replicaset.apps\/web/)
    expect(await ok(me.kubectl('get pods --all-namespaces'))).toMatch(/^NAMESPACE +NAME +READY/)
    expect(await ok(me.kubectl('get configmap none --ignore-not-found'))).toBe('')
  })

  test('get: every form of output', async () => {
    const get = (form: string) => ok(me.kubectl(`get deployment web -o ${form}`))
    expect(JSON.parse(await get('json'))).toMatchObject({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      spec: { replicas: 2 },
    })
    expect(await get('yaml')).toMatch(/^apiVersion: apps\/v1\nkind: Deployment\nmetadata:\n/)
    expect(await get('yaml')).not.toContain('managedFields')
    expect(await get('name')).toBe('deployment.apps/web')
    expect(await get('jsonpath={.spec.replicas}')).toBe('2')
    expect(await get('custom-columns=NAME:.metadata.name,N:.spec.replicas')).toMatch(/^NAME +N\nweb +2$/)
    expect(await get(`go-template='{{.metadata.name}}'`)).toBe('web')
    const list = JSON.parse(await ok(me.kubectl('get pods,deployments -o json')))
    expect(list.kind).toBe('List')
    expect(new Set(list.items.map((item: { kind: string }) => item.kind))).toEqual(new Set(['Pod', 'Deployment']))
  })

  test('get: selectors and sorting, and what is refused', async () => {
    expect(await ok(me.kubectl('get pods --field-selector=status.phase=Running -o name'))).toMatch(
      /^pod\/web-\S+\npod\/web-\S+$/,
    )
    expect(await ok(me.kubectl('get pods -l app!=web'))).toBe(`No resources found in ${me.namespace} namespace.`)
    expect(await ok(me.kubectl('get pods --sort-by=.metadata.creationTimestamp --no-headers'))).toMatch(/^web-/)
    expect(await ok(me.kubectl('get pods --chunk-size=1 --no-headers'))).toMatch(/^web-.*\nweb-/)
    expect(await refused(me.kubectl('get pods --field-selector=spec.colour=red'))).toContain(
      'field label not supported: spec.colour',
    )
    expect(await refused(me.kubectl('get deployment none'))).toBe(
      'Error from server (NotFound): deployments.apps "none" not found',
    )
    expect(await refused(me.kubectl('get nonsense'))).toBe('error: the server doesn\'t have a resource type "nonsense"')
  })

  test('get -w: changes as they come', async () => {
    // Of a list kubectl watches from the version of the list. Of one object it watches from now and leaves out the first event: what
    // happens between its two requests is then never printed, by any server.
    const columns = '-o custom-columns=L:.metadata.labels.seen --no-headers'
    const watching = me.kubectl(`get deployments --field-selector=metadata.name=web -w ${columns}`, { until: 'yes' })
    await ok(me.kubectl('label deployment web seen=yes'))
    expect((await watching).stdout).toContain('yes')
  })

  test('describe: what it is made of, and its events', async () => {
    const deployment = await ok(me.kubectl('describe deployment web'))
    expect(deployment).toMatch(/Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable/)
    expect(deployment).toMatch(/Image: +nginx:1.27/)
    expect(deployment).toMatch(/ScalingReplicaSet .* Scaled up replica set web-\w+ from 0 to 2/)
    const pod = await ok(me.kubectl('describe pods -l app=web'))
    expect(pod).toMatch(/Controlled By: +ReplicaSet\/web-/)
    expect(pod).toMatch(/Normal +Scheduled .* Successfully assigned/)
    expect(await ok(me.kubectl(`describe namespace ${me.namespace}`))).toMatch(/Status: +Active/)
  })

  test('events, and events of one object', async () => {
    expect(await ok(me.kubectl('events --for deployment/web'))).toMatch(
      /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n.*ScalingReplicaSet +Deployment\/web/,
    )
    expect(await ok(me.kubectl('get events --field-selector=involvedObject.kind=Deployment'))).toContain(
      'deployment/web',
    )
  })

  test('wait: for a condition, a value, a deletion; and how it gives up', async () => {
    expect(await ok(me.kubectl('wait --for=condition=Available deployment/web --timeout=30s'))).toBe(
      'deployment.apps/web condition met',
    )
    expect(await ok(me.kubectl(`wait --for=jsonpath='{.status.readyReplicas}'=2 deployment/web --timeout=30s`))).toBe(
      'deployment.apps/web condition met',
    )
    expect(await refused(me.kubectl('wait --for=condition=Never deployment/web --timeout=1s'))).toContain(
      'timed out waiting for the condition on deployments/web',
    )
    await ok(me.kubectl('create configmap gone'))
    const waiting = me.kubectl('wait --for=delete configmap/gone --timeout=30s')
    await ok(me.kubectl('delete configmap gone'))
    await ok(waiting)
  })

  test('logs, by pod and by deployment', async (context) => {
    // Elsewhere they come from the nodes, and a test cluster has none that run anything.
    if (!me.isSandbox) context.skip()
    expect(await ok(me.kubectl('logs deployment/web'))).not.toBe('')
    expect(await refused(me.kubectl('logs deployment/web -c other'))).toContain(
      'container other is not valid for pod web-',
    )
  })

  test('label and annotate: set, refuse to overwrite, remove', async () => {
    expect(await ok(me.kubectl('label deployment web tier=front'))).toBe('deployment.apps/web labeled')
    expect(await refused(me.kubectl('label deployment web tier=back'))).toContain(
      "'tier' already has a value (front), and --overwrite is false",
    )
    expect(await ok(me.kubectl('label deployment web tier-'))).toBe('deployment.apps/web unlabeled')
    expect(await ok(me.kubectl('annotate deployment web note=hello'))).toBe('deployment.apps/web annotated')
    expect(await ok(me.kubectl('annotate deployment web --list'))).toContain('note=hello')
  })

  test('patch in each type, and of a subresource', async () => {
    const image = 'get deployment web -o jsonpath={..image}'
    expect(
      await ok(
        me.kubectl(
          `patch deployment web -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}'`,
        ),
      ),
    ).toBe('deployment.apps/web patched')
    expect(await ok(me.kubectl(image))).toBe('nginx:2')
    await ok(
      me.kubectl(
        `patch deployment web --type=json -p '[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"nginx:3"}]'`,
      ),
    )
    expect(await ok(me.kubectl(image))).toBe('nginx:3')
    await ok(me.kubectl(`patch deployment web --type=merge -p '{"metadata":{"labels":{"merged":"yes"}}}'`))
    expect(
      await ok(me.kubectl(`patch deployment web --subresource=scale --type=merge -p '{"spec":{"replicas":3}}'`)),
    ).toBe('scale.autoscaling/web patched')
    expect(await ok(me.kubectl('get deployment web -o jsonpath={.spec.replicas}'))).toBe('3')
    expect(await ok(me.kubectl(`patch deployment web -p '{}'`))).toBe('deployment.apps/web patched (no change)')
    expect(
      await refused(
        me.kubectl(`patch deployment web --type=merge -p '{"spec":{"selector":{"matchLabels":{"x":"y"}}}}'`),
      ),
    ).toContain('field is immutable')
  })

  test("edit: the editor's change arrives, an empty one does not", async () => {
    const editor = me.file('edit.sh', '#!/bin/sh\nsed -i \'s/replicas: 3/replicas: 4/\' "$1"\n')
    const env = { EDITOR: `sh ${editor}` }
    expect(await ok(me.kubectl('edit deployment web', { env }))).toBe('deployment.apps/web edited')
    expect(await ok(me.kubectl('edit deployment web', { env }))).toBe('Edit cancelled, no changes made.')
  })

  test('scale, with a precondition', async () => {
    expect(await refused(me.kubectl('scale deployment web --current-replicas=9 --replicas=1'))).toContain(
      'Expected replicas to be 9, was 4',
    )
    expect(await ok(me.kubectl('scale deployment web --replicas=1'))).toBe('deployment.apps/web scaled')
    await ok(me.kubectl('rollout status deployment web --timeout=30s'))
  })

  test('set, rollout history, undo, pause, resume, restart', async () => {
    await ok(me.kubectl('annotate deployment web kubernetes.io/change-cause=four'))
    expect(await ok(me.kubectl('set image deployment/web web=nginx:4'))).toBe('deployment.apps/web image updated')
    await ok(me.kubectl('rollout status deployment web --timeout=30s'))
    expect(await ok(me.kubectl('rollout history deployment web'))).toMatch(/REVISION +CHANGE-CAUSE\n[\s\S]*four/)
    expect(await ok(me.kubectl('rollout history deployment web --revision=1'))).toMatch(/Image:\s+nginx:1.27/)
    expect(await ok(me.kubectl('rollout undo deployment web --to-revision=1'))).toBe('deployment.apps/web rolled back')
    expect(await ok(me.kubectl('get deployment web -o jsonpath={..image}'))).toBe('nginx:1.27')
    expect(await ok(me.kubectl('rollout pause deployment web'))).toBe('deployment.apps/web paused')
    expect(await refused(me.kubectl('rollout undo deployment web'))).toContain(
      'you cannot rollback a paused deployment',
    )
    expect(await ok(me.kubectl('rollout resume deployment web'))).toBe('deployment.apps/web resumed')
    expect(await ok(me.kubectl('rollout restart deployment web'))).toBe('deployment.apps/web restarted')
    expect(await ok(me.kubectl('rollout status deployment web --timeout=30s'))).toContain('successfully rolled out')
    expect(await ok(me.kubectl('set env deployment/web A=b'))).toBe('deployment.apps/web env updated')
    expect(await ok(me.kubectl('set resources deployment/web --limits=cpu=200m'))).toBe(
      'deployment.apps/web resource requirements updated',
    )
  })

  test('expose and autoscale', async () => {
    expect(await ok(me.kubectl('expose deployment web --port=80'))).toBe('service/web exposed')
    expect(await ok(me.kubectl('get service web'))).toMatch(/web +ClusterIP +\d+\.\d+\.\d+\.\d+ +<none> +80\/TCP/)
    expect(await ok(me.kubectl('autoscale deployment web --min=1 --max=3 --cpu=80%'))).toBe(
      'horizontalpodautoscaler.autoscaling/web autoscaled',
    )
    expect(await ok(me.kubectl('get horizontalpodautoscaler web'))).toMatch(/Deployment\/web +cpu: .*\/80% +1 +3/)
  })
})

test('replace: with the version it has, without, and by force', async () => {
  await using me = await place.person()
  const file = me.file('map.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {k: "1"}\n')
  expect(await refused(me.kubectl(`replace -f ${file}`))).toContain('Error from server (NotFound)')
  await ok(me.kubectl(`create -f ${file}`))
  expect(await ok(me.kubectl(`replace -f ${file}`))).toBe('configmap/m replaced')
  const old = me.file(
    'old.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m, resourceVersion: "1"}\ndata: {k: "2"}\n',
  )
  expect(await refused(me.kubectl(`replace -f ${old}`))).toContain(
    'the object has been modified; please apply your changes to the latest version and try again',
  )
  expect(await ok(me.kubectl(`replace --force -f ${file}`))).toMatch(/configmap "m" deleted.*\nconfigmap\/m replaced/)
})

test.each([
  ['create deployment d --image=nginx --replicas=2 --port=80', 'deployment.apps/d'],
  ['create configmap c --from-literal=a=b', 'configmap/c'],
  ['create secret generic s --from-literal=a=b', 'secret/s'],
  ['create secret docker-registry r --docker-username=u --docker-password=p', 'secret/r'],
  ['create service clusterip svc --tcp=80:8080', 'service/svc'],
  ['create service externalname ext --external-name=example.com', 'service/ext'],
  ['create serviceaccount sa', 'serviceaccount/sa'],
  ['create role r --verb=get,list --resource=pods', 'role.rbac.authorization.k8s.io/r'],
  ['create rolebinding rb --role=r --user=ann', 'rolebinding.rbac.authorization.k8s.io/rb'],
  ['create job j --image=busybox', 'job.batch/j'],
  ['create cronjob cj --image=busybox --schedule="*/5 * * * *"', 'cronjob.batch/cj'],
  ['create ingress i --rule=a.example.com/x=svc:80', 'ingress.networking.k8s.io/i'],
  ['create quota q --hard=configmaps=20', 'resourcequota/q'],
  ['create poddisruptionbudget p --selector=app=x --min-available=1', 'poddisruptionbudget.policy/p'],
  ['run p --image=nginx --labels=app=p', 'pod/p'],
])('%s', async (line, name) => {
  await using me = await place.person()
  expect(await ok(me.kubectl(`${line} --dry-run=server`))).toBe(`${name} created (server dry run)`)
  expect(await ok(me.kubectl(line))).toBe(`${name} created`)
  expect(await refused(me.kubectl(line))).toContain('already exists')
})

test('create job --from a cronjob, and a token for a service account', async () => {
  await using me = await place.person()
  await ok(me.kubectl('create cronjob nightly --image=busybox --schedule="0 3 * * *"'))
  expect(await ok(me.kubectl('create job now --from=cronjob/nightly'))).toBe('job.batch/now created')
  expect(await ok(me.kubectl('get job now -o jsonpath={.metadata.ownerReferences[0].name}'))).toBe('nightly')
  await ok(me.kubectl('create serviceaccount robot'))
  const token = await ok(me.kubectl('create token robot'))
  expect(token.split('.')).toHaveLength(3)
  expect(await refused(me.kubectl(`get pods --token=${token}`, { env: {} }))).toMatch(/Forbidden|forbidden/)
})

test('delete: cascading, orphaning, in the foreground, by selector, by file', async () => {
  await using me = await place.person()
  const file = me.file('web.yaml', deploymentYaml('web'))
  const replicaSets = () => ok(me.kubectl('get replicasets -o name'))
  await ok(me.kubectl(`apply -f ${file}`))
  await ok(me.kubectl('rollout status deployment web --timeout=30s'))
  await ok(me.kubectl('delete deployment web --cascade=foreground'))
  expect(await replicaSets()).toBe('')
  await ok(me.kubectl(`apply -f ${file}`))
  await ok(me.kubectl(`delete -f ${file}`))
  await ok(me.kubectl('wait --for=delete pods -l app=web --timeout=30s'))
  expect(await refused(me.kubectl(`delete -f ${file}`))).toBe(
    `Error from server (NotFound): error when deleting "${file}": deployments.apps "web" not found`,
  )
  await ok(me.kubectl(`apply -f ${file}`))
  await ok(me.kubectl('rollout status deployment web --timeout=30s'))
  expect(await ok(me.kubectl('delete deployment web --cascade=orphan'))).toBe(
    `deployment.apps "web" deleted from ${me.namespace} namespace`,
  )
  expect(await replicaSets()).toMatch(/^replicaset.apps\/web-/)
  await ok(me.kubectl('create configmap a'))
  await ok(me.kubectl('label configmap a which=this'))
  expect(await ok(me.kubectl('delete configmap -l which=this'))).toBe(
    `configmap "a" deleted from ${me.namespace} namespace`,
  )
  expect(await ok(me.kubectl('delete configmap none --ignore-not-found'))).toBe('')
})

test('nodes: cordon, taint, drain with a budget in the way', async () => {
  await using me = await place.person()
  await ok(me.kubectl(`apply -f ${me.file('web.yaml', deploymentYaml('web', 'nginx', 1))}`))
  await ok(me.kubectl('rollout status deployment web --timeout=30s'))
  const node = await ok(me.kubectl('get pods -l app=web -o jsonpath={.items[0].spec.nodeName}'))
  expect(await ok(me.kubectl(`cordon ${node}`))).toBe(`node/${node} cordoned`)
  expect(await ok(me.kubectl(`get node ${node}`))).toMatch(/Ready,SchedulingDisabled/)
  expect(await ok(me.kubectl(`taint node ${node} for=test:NoSchedule`))).toBe(`node/${node} tainted`)
  expect(await ok(me.kubectl(`taint node ${node} for-`))).toBe(`node/${node} untainted`)
  await ok(me.kubectl('create poddisruptionbudget keep --selector=app=web --min-available=1'))
  await ok(me.kubectl('wait --for=jsonpath={.metadata.name}=keep pdb/keep --timeout=5s'))
  const stuck = await me.kubectl(`drain ${node} --ignore-daemonsets --force --pod-selector=app=web --timeout=2s`)
  expect(stuck.text).toContain("Cannot evict pod as it would violate the pod's disruption budget.")
  await ok(me.kubectl('delete poddisruptionbudget keep'))
  expect(
    await ok(me.kubectl(`drain ${node} --ignore-daemonsets --force --pod-selector=app=web --timeout=30s`)),
  ).toContain(`node/${node} drained`)
  expect(await ok(me.kubectl(`uncordon ${node}`))).toBe(`node/${node} uncordoned`)
})

test('auth: can-i, its list, who I am, and as somebody else', async () => {
  await using me = await place.person()
  expect(await ok(me.kubectl('auth can-i create deployments'))).toBe('yes')
  await ok(me.kubectl('create role reader --verb=get --resource=pods'))
  await ok(me.kubectl('create rolebinding reader --role=reader --user=ann'))
  expect(await ok(me.kubectl('auth can-i get pods --as=ann'))).toBe('yes')
  expect(await refused(me.kubectl('auth can-i list pods --as=ann'))).toBe('no')
  expect(await ok(me.kubectl('auth can-i --list --as=ann'))).toMatch(/^pods +\[\] +\[\] +\[get\]$/m)
  expect(await ok(me.kubectl('auth whoami --as=ann --as-group=team'))).toMatch(/Username +ann\n[\s\S]*team/)
  expect(await refused(me.kubectl('get pods --as=ann'))).toBe(
    `Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "${me.namespace}"`,
  )
  expect(await refused(me.kubectl('get pod none --as=ann'))).toContain('(NotFound)')
})

test('what the server serves: api-resources, api-versions, explain, version, raw', async () => {
  await using me = await place.person()
  expect(await ok(me.kubectl('api-resources --api-group=apps'))).toMatch(
    /^deployments +deploy +apps\/v1 +true +Deployment$/m,
  )
  expect((await ok(me.kubectl('api-versions'))).split('\n')).toEqual(
    expect.arrayContaining(['apps/v1', 'autoscaling/v2', 'v1']),
  )
  const explained = await ok(me.kubectl('explain deployment.spec.strategy'))
  expect(explained).toContain('FIELD: strategy <DeploymentStrategy>')
  expect(explained).toMatch(/rollingUpdate\t<RollingUpdateDeployment>/)
  expect(await ok(me.kubectl('explain deployment.spec.template.spec.containers.resources --recursive'))).toMatch(
    /limits\t<map\[string\]Quantity>/,
  )
  expect(await refused(me.kubectl('explain deployment.spec.nothing'))).toContain('field "nothing" does not exist')
  expect(await ok(me.kubectl('version'))).toMatch(/Server Version: v1\.35\./)
  expect(await ok(me.kubectl('get --raw /readyz'))).toBe('ok')
  expect(await ok(me.kubectl('cluster-info'))).toContain('Kubernetes control plane')
})

test('custom kinds: columns, short names, explain, strict fields, status and scale', async () => {
  await using me = await place.person()
  const group = `${me.namespace}.example.com`
  const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.${group}}
spec:
  group: ${group}
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gd${me.namespace.replace('-', '')}]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}, scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}}
    additionalPrinterColumns:
    - {name: Size, type: integer, jsonPath: .spec.size}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {size: {type: integer, minimum: 1, description: How many.}}
          status: {type: object, properties: {size: {type: integer}}}
`
  await ok(me.kubectl(`apply -f ${me.file('crd.yaml', crd)}`))
  // Until the names are accepted a CRD has `conditions: null` on a real server as here, which kubectl refuses to look into.
  await ok(me.kubectl(`wait --for=jsonpath='{.status.acceptedNames.kind}'=Gadget crd/gadgets.${group} --timeout=30s`))
  await ok(me.kubectl(`wait --for=condition=Established crd/gadgets.${group} --timeout=30s`))
  const gadget = (size: unknown) =>
    `apiVersion: ${group}/v1\nkind: Gadget\nmetadata: {name: g}\nspec: {size: ${size}}\n`
  const file = me.file('g.yaml', gadget(3))
  expect(await ok(me.kubectl(`apply -f ${file}`))).toBe(`gadget.${group}/g created`)
  expect(await ok(me.kubectl(`get gd${me.namespace.replace('-', '')}`))).toMatch(/^NAME +SIZE\ng +3$/)
  expect(await ok(me.kubectl(`explain gadgets.spec --api-version=${group}/v1`))).toMatch(
    /size\t<integer>\n +How many\./,
  )
  expect(await ok(me.kubectl(`scale gadgets.${group}/g --replicas=5`))).toContain('scaled')
  expect(await ok(me.kubectl(`get gadgets.${group} g -o jsonpath={.spec.size}`))).toBe('5')
  me.file('g.yaml', gadget(0))
  expect(await refused(me.kubectl(`apply -f ${file}`))).toContain(
    'spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
  )
  me.file('g.yaml', `${gadget(1)}colour: red\n`)
  expect(await refused(me.kubectl(`apply -f ${file}`))).toContain('unknown field "colour"')
  expect(await ok(me.kubectl(`delete crd gadgets.${group}`))).toContain('deleted')
})

test('what the sandbox does not have says so', async (context) => {
  await using me = await place.person()
  if (!me.isSandbox) context.skip()
  await ok(me.kubectl('run p --image=nginx'))
  await ok(me.kubectl('wait --for=condition=Ready pod/p --timeout=30s'))
  expect(await refused(me.kubectl('top pods'))).toBe('error: Metrics API not available')
  expect(await refused(me.kubectl('exec p -- ls'))).toBe(
    'Error from server (NotImplemented): pods here run nothing: exec is not available in the sandbox',
  )
  expect(await refused(me.kubectl('port-forward p 80'))).toContain('pods here run nothing')
})
