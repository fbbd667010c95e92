/** From a CRD to the resources it makes the server serve. Pure. */
import type { KubeObject } from '../../kube/object.ts'
import { type CustomVersion, type PrinterColumn, type Resource, storageKeyOf } from '../resources.ts'
import type { SubresourceFact } from '../schema/facts.ts'
import { type Data, dataAt, isData, listAt } from '../values.ts'
import { customType } from './structural.ts'

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
const SUB_VERBS = ['get', 'patch', 'update']

/** The key under which instances of a CRD are kept. */
export function instancesKey(crd: KubeObject): string {
  const spec = dataAt(crd, 'spec')
  return storageKeyOf(text(spec['group']), text(dataAt(spec, 'names')['plural']))
}

/** One resource per served version, the preferred first. */
export function resourcesOf(crd: KubeObject): Resource[] {
  const spec = dataAt(crd, 'spec')
  const names = dataAt(spec, 'names')
  const versions = listAt(spec, 'versions').filter(isData)
  const storageVersion = text(versions.find((version) => version['storage'] === true)?.['name'])
  const shared = {
    group: text(spec['group']),
    kind: text(names['kind']),
    plural: text(names['plural']),
    singular: text(names['singular']),
    listKind: text(names['listKind']) || `${text(names['kind'])}List`,
    namespaced: spec['scope'] === 'Namespaced',
    verbs: VERBS,
    shortNames: listAt(names, 'shortNames').map(String),
    categories: listAt(names, 'categories').map(String),
    storageKey: instancesKey(crd),
  }
  return versions
    .filter((version) => version['served'] === true)
    .sort((a, b) => priority(text(b['name'])) - priority(text(a['name'])))
    .map((version) => {
      const name = text(version['name'])
      const custom = customVersion(spec, version, storageVersion)
      return {
        ...shared,
        version: name,
        subresources: subresources(shared.group, name, shared.kind, custom),
        type: customType(custom.schema),
        custom,
      }
    })
}

function customVersion(spec: Data, version: Data, storageVersion: string): CustomVersion {
  const sub = dataAt(version, 'subresources')
  const scale = sub['scale']
  return {
    schema: dataAt(version, 'schema')['openAPIV3Schema'],
    storageVersion,
    statusSubresource: isData(sub['status']),
    columns: listAt(version, 'additionalPrinterColumns').filter(isData) as unknown as PrinterColumn[],
    selectableFields: listAt(version, 'selectableFields')
      .filter(isData)
      .map((field) => text(field['jsonPath']).replace(/^\./, '')),
    ...(isData(scale) && { scale: scale as unknown as NonNullable<CustomVersion['scale']> }),
    ...(version['deprecated'] === true && {
      deprecationWarning: text(version['deprecationWarning']) || deprecation(spec, text(version['name'])),
    }),
  }
}

/** Names the newest version to go to, when there is one. */
function deprecation(spec: Data, version: string): string {
  const group = text(spec['group'])
  const kind = text(dataAt(spec, 'names')['kind'])
  const [better] = listAt(spec, 'versions')
    .filter(isData)
    .filter((one) => one['served'] === true && one['deprecated'] !== true)
    .map((one) => text(one['name']))
    .filter((name) => priority(name) > priority(version))
    .sort((a, b) => priority(b) - priority(a))
  const told = `${group}/${version} ${kind} is deprecated`
  return better === undefined ? told : `${told}; use ${group}/${better} ${kind}`
}

function subresources(group: string, version: string, kind: string, custom: CustomVersion): SubresourceFact[] {
  const result: SubresourceFact[] = []
  if (custom.statusSubresource) result.push({ name: 'status', group, version, kind, verbs: SUB_VERBS })
  if (custom.scale !== undefined) {
    result.push({ name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: SUB_VERBS })
  }
  return result
}

/** GA before beta before alpha, newer before older: the order in which Kubernetes prefers versions. */
function priority(name: string): number {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(name)
  if (match === null) return -1
  const stage = match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0
  return stage * 1e6 + Number(match[1]) * 1e3 + Number(match[3] ?? 0)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
