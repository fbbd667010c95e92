/** `npm run bench [-- 100 1000]`: the figures of docs/performance.md, measured from outside on this machine. Prints tables and JSON. */
import { cpus, loadavg } from 'node:os'
import { demoMemory } from './demo.ts'
import { againstKubectl } from './kubectl.ts'
import { round } from './process.ts'
import { measure, objectsPerApplication } from './scale.ts'

const rounds = 5
const given = process.argv
  .slice(2)
  .map(Number)
  .filter((size) => size > 0)
const sizes = given.length > 0 ? given : [100, 1_000]

const load = [loadText()]
const demo = await demoMemory()
console.table(demo)
const rows: Record<string, number | string>[] = []
for (const size of sizes) rows.push(await measure(size))
console.table(Object.fromEntries(rows.map((row) => [`${row['applications']} applications`, row])))
const perThousand = memoryPerThousandObjects()
if (perThousand !== undefined)
  console.log(`MiB per 1,000 managed objects, from the smallest fleet to the largest: ${perThousand}`)
const kubectl = await againstKubectl(rounds)
console.table(kubectl)
load.push(loadText())
console.log(`Load averages of the machine (${cpus().length} cores) before and after: ${load.join('; ')}`)
console.log(JSON.stringify({ demo, fleets: rows, perThousand, kubectl, load }))

/** The slope and not the quotient: what the process takes without any application is not a cost of objects. */
function memoryPerThousandObjects(): number | undefined {
  const [first, last] = [rows[0], rows.at(-1)]
  if (first === undefined || last === undefined || first === last) return undefined
  const objects = (Number(last['applications']) - Number(first['applications'])) * objectsPerApplication
  return round(((Number(last['RSS MiB idle']) - Number(first['RSS MiB idle'])) / objects) * 1000)
}

/** Neighbours on the machine make every time longer; a figure without this says little. */
function loadText(): string {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(' ')
}
