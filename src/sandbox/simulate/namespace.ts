/** Every namespace has a ServiceAccount named default. */
import type { KubeObject } from '../../kube/object.ts'
import type { Context, Controller } from './controller.ts'
import { controllerManager, ensure } from './controller.ts'

export const namespaceController: Controller = { kind: { group: '', kind: 'Namespace' }, reconcile }

function reconcile(context: Context, namespace: KubeObject): undefined {
  if (namespace.metadata.deletionTimestamp !== undefined) return
  const metadata = { name: 'default', namespace: namespace.metadata.name ?? '' }
  ensure(context, { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, controllerManager)
}
