/** Objects from one version of their kind to another. Pure. */
import type { KubeObject } from '../kube/object.ts'
import { groupVersion, type Resource } from './resources.ts'
import { type Data, dataAt, isData, listAt } from './values.ts'

/** Custom kinds convert by name only (strategy None); of the built-in ones only autoscaling has two versions. */
export function convertTo(resource: Resource, object: KubeObject): KubeObject {
  const apiVersion = groupVersion(resource)
  if (object.apiVersion === apiVersion) return object
  const renamed = { ...object, apiVersion }
  if (apiVersion === 'autoscaling/v2') return autoscalerFromV1(renamed)
  if (apiVersion === 'autoscaling/v1') return autoscalerToV1(renamed)
  return renamed
}

function autoscalerFromV1(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = dataAt(object, 'spec')
  const result: Data = { ...spec }
  if (typeof target === 'number') {
    result['metrics'] = [
      { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: target } } },
    ]
  }
  return { ...object, spec: result, status: statusFromV1(dataAt(object, 'status')) }
}

/** Version 1 tells the use of CPU as one number, version 2 per metric; what one of them has not is lost. */
function statusFromV1({ currentCPUUtilizationPercentage: used, ...status }: Data): Data {
  const currentMetrics =
    used === undefined
      ? null
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: used, averageValue: '0' } } }]
  return withoutZero({ ...status, currentMetrics }, 'currentReplicas')
}

function statusToV1({ currentMetrics, conditions: _conditions, ...status }: Data): Data {
  const cpu = (Array.isArray(currentMetrics) ? currentMetrics : [])
    .filter(isData)
    .find((metric) => dataAt(metric, 'resource')['name'] === 'cpu')
  const used = dataAt(cpu, 'resource', 'current')['averageUtilization']
  const replicas = { currentReplicas: 0, desiredReplicas: 0, ...status }
  return used === undefined ? replicas : { ...replicas, currentCPUUtilizationPercentage: used }
}

function withoutZero(data: Data, field: string): Data {
  if (data[field] === 0) delete data[field]
  return data
}

function autoscalerToV1(object: KubeObject): KubeObject {
  const { metrics: _metrics, behavior: _behavior, ...spec } = dataAt(object, 'spec')
  const result: Data = { ...spec }
  const cpu = listAt(object, 'spec', 'metrics')
    .filter(isData)
    .find((metric) => dataAt(metric, 'resource')['name'] === 'cpu')
  const target = dataAt(cpu, 'resource', 'target')['averageUtilization']
  if (target !== undefined) result['targetCPUUtilizationPercentage'] = target
  return { ...object, spec: result, status: statusToV1(dataAt(object, 'status')) }
}
