/** Kinds whose deletion takes data, or everything in them, along. Pure data. */
import type { GroupKind } from '../../kube/object.ts'

/** By group: Kubernetes' own, then the operators of databases, queues, search and object stores that people use most. `*` = every kind of the group. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'PersistentVolume', 'PersistentVolumeClaim'],
  apps: ['StatefulSet'],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'acid.zalan.do': ['postgresql'],
  'cassandra.datastax.com': ['CassandraDatacenter'],
  'clickhouse.altinity.com': ['ClickHouseInstallation'],
  'cloud.mongodb.com': ['*'],
  'documentdb.services.k8s.aws': ['DBCluster', 'DBInstance'],
  'dynamodb.services.k8s.aws': ['Table', 'GlobalTable'],
  'elasticsearch.k8s.elastic.co': ['Elasticsearch'],
  'k8s.mariadb.com': ['MariaDB'],
  'kafka.strimzi.io': ['Kafka', 'KafkaNodePool', 'KafkaTopic'],
  'minio.min.io': ['Tenant'],
  'mongodbcommunity.mongodb.com': ['MongoDBCommunity'],
  'mysql.oracle.com': ['InnoDBCluster'],
  'objectbucket.io': ['ObjectBucket', 'ObjectBucketClaim'],
  'opensearch.opster.io': ['OpenSearchCluster'],
  'postgres-operator.crunchydata.com': ['PostgresCluster'],
  'postgresql.cnpg.io': ['Cluster', 'Database'],
  'psmdb.percona.com': ['PerconaServerMongoDB'],
  'pxc.percona.com': ['PerconaXtraDBCluster'],
  'rabbitmq.com': ['RabbitmqCluster', 'Queue'],
  'rds.services.k8s.aws': ['DBCluster', 'DBInstance'],
  'redis.redis.opstreelabs.in': ['Redis', 'RedisCluster', 'RedisReplication'],
  's3.services.k8s.aws': ['Bucket'],
  'scylla.scylladb.com': ['ScyllaCluster'],
  'sql.cnrm.cloud.google.com': ['SQLInstance', 'SQLDatabase'],
  'storage.cnrm.cloud.google.com': ['StorageBucket'],
  'vitess.planetscale.com': ['VitessCluster'],
}

/** Crossplane's providers name groups after the service: `rds.aws.upbound.io`, `sql.gcp.m.upbound.io`. */
const managed =
  /^(rds|dynamodb|s3|docdb|elasticache|sql|storage|spanner|bigtable|dbforpostgresql|dbformysql|cosmosdb|cache)\.(aws|gcp|azure)\./

export function holdsData({ group, kind }: GroupKind): boolean {
  const own = kinds[group]
  return own?.includes(kind) === true || own?.includes('*') === true || managed.test(group)
}
