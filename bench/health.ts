/** `node bench/health.ts [objects]`: what a health check costs, in Lua and built in. Prints a table and JSON. */
import { parseSettings } from '../src/api/settings/settings.ts'
import type { KubeObject } from '../src/kube/object.ts'
import { createMachine } from '../src/lua/machine.ts'
import { createLuaRunner } from '../src/lua/runner.ts'
import { createHealthOf } from '../src/pipeline/observe/custom-health.ts'
import { health } from '../src/pipeline/observe/health/index.ts'
import { systemClock } from '../src/runtime/clock.ts'

const count = Number(process.argv[2] ?? 5_000)
const rounds = 5

/** The shape of most scripts that people have: find conditions, answer with their words. */
const script = `
hs = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for i, condition in ipairs(obj.status.conditions) do
    if condition.type == "Ready" and condition.status == "False" then
      hs.status = "Degraded"
      hs.message = condition.message
      return hs
    end
    if condition.type == "Ready" and condition.status == "True" then
      hs.status = "Healthy"
      hs.message = condition.message
      return hs
    end
  end
end
hs.status = "Progressing"
hs.message = "waiting"
return hs`

/** About 2.3 kB of JSON with six conditions: the size of a certificate or a database claim. */
function objectOf(index: number): KubeObject {
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: 'Succeeded',
    message: 'The object is up to date with its specification and needs nothing',
    lastTransitionTime: '2026-01-01T00:00:00Z',
    observedGeneration: 3,
  })
  return {
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: {
      name: `widget-${index}`,
      namespace: 'shop',
      uid: `uid-${index}`,
      generation: 3,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { app: 'widget', tier: 'back', 'app.kubernetes.io/instance': 'shop' },
      annotations: { 'argocd.argoproj.io/tracking-id': `shop:example.com/Widget:shop/widget-${index}` },
    },
    spec: { hosts: Array.from({ length: 30 }, (_, host) => `host-${host}.example.com`), size: 3, class: 'fast' },
    status: {
      conditions: ['Synced', 'Stored', 'Issued', 'Bound', 'Reachable', 'Ready'].map(condition),
      observedGeneration: 3,
    },
  }
}

const objects = Array.from({ length: count }, (_, index) => objectOf(index))
const settings = parseSettings({ 'resource.customizations.health.example.com_Widget': script })
const rows: Record<string, Record<string, number>> = {}

const machine = await createMachine()
machine.load(1, script)
rows['Lua, in this thread'] = await measured(async () => {
  for (const object of objects) machine.run(1, false, object, undefined)
})
{
  await using runner = createLuaRunner(systemClock)
  const healthOf = createHealthOf({ settings: () => settings, lua: () => runner, clock: systemClock })
  const [first] = objects
  const began = performance.now()
  if (first !== undefined) await healthOf(first)
  rows['Lua, first answer of a new thread'] = { 'ms per object': round(performance.now() - began) }
  rows['Lua, in its thread, as the system asks'] = await measured(async () => {
    await Promise.all(objects.map(healthOf))
  })
}
rows['built in'] = await measured(async () => {
  for (const object of objects) health(object, 0)
})

console.log(`${count} objects of ${JSON.stringify(objects[0]).length} bytes, best and median of ${rounds} rounds`)
console.table(rows)
console.log(JSON.stringify({ health: rows }))

async function measured(work: () => Promise<void>): Promise<Record<string, number>> {
  await work()
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const began = performance.now()
    await work()
    times.push((performance.now() - began) / count)
  }
  times.sort((a, b) => a - b)
  return { 'ms per object': round(times[Math.floor(rounds / 2)] ?? 0), best: round(times[0] ?? 0) }
}

function round(ms: number): number {
  return Math.round(ms * 10_000) / 10_000
}
