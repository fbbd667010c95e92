import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

const fleet = [
  { name: 'a', project: 'default', sync: 'Synced', health: 'Healthy' },
  { name: 'b', project: 'default', sync: 'Synced', health: 'Healthy' },
  { name: 'c', project: 'default', sync: 'OutOfSync', health: 'Degraded' },
]

test('applications are counted at each scrape, and a verdict nobody has any more disappears', async () => {
  const metrics = createMetrics({ processMetrics: false })
  let applications = fleet
  metrics.observeApplications(() => applications)
  expect(await metrics.text()).toContain('halcyon_applications{sync="Synced",health="Healthy"} 2')
  applications = fleet.slice(2)
  const text = await metrics.text()
  expect(text).not.toContain('health="Healthy"')
  expect(text).toContain('halcyon_applications{sync="OutOfSync",health="Degraded"} 1')
})

test('no series names an application unless asked for', async () => {
  const quiet = createMetrics({ processMetrics: false })
  quiet.observeApplications(() => fleet)
  expect(await quiet.text()).not.toContain('name="a"')
  const loud = createMetrics({ processMetrics: false, perApplication: true })
  loud.observeApplications(() => fleet)
  expect(await loud.text()).toContain(
    'halcyon_application_info{name="a",project="default",sync="Synced",health="Healthy"} 1',
  )
})

test('process metrics are there by default', async () => {
  expect(await createMetrics().text()).toContain('process_resident_memory_bytes')
})
