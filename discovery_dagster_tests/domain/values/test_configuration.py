"""Texts of configuration and the hosts that they name."""

import pytest

from discovery_dagster.domain.values.configuration import read

DESCRIPTOR = (
    "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS_LIST=(ADDRESS=(PROTOCOL=TCP)(HOST=rac1)(PORT=1521))"
    "(ADDRESS=(PROTOCOL=TCP)(HOST=rac2)(PORT=1522)))(CONNECT_DATA=(SERVICE_NAME=x)))"
)


@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("jdbc:oracle:thin:@//ora-01.acme.example:1522/PROD", "ora-01.acme.example:1522"),
        ("jdbc:oracle:thin:scott/tiger@ora1:1521:SID", "ora1:1521"),
        ("jdbc:oracle:thin:@tcps://ora2:2484/svc", "ora2:2484"),
        (DESCRIPTOR, "rac1:1521 rac2:1522"),
        (r"jdbc:sqlserver://sql01\INST;databaseName=x", "sql01:1433"),
        ("jdbc:sqlserver://;serverName=sql02;portNumber=1444;databaseName=x", "sql02:1444"),
        ("jdbc:postgresql://user:secret@pg-01/app", "pg-01:5432"),
        ("jdbc:postgresql://pg1:5432,pg2:5433/db", "pg1:5432 pg2:5433"),
        ("jdbc:mysql:replication://my1,my2:3307/db", "my1:3306 my2:3307"),
        (
            "jdbc:hive2://hive1,hive2/default;serviceDiscoveryMode=zooKeeper",
            "hive1:10000 hive2:10000",
        ),
        ("jdbc:sap://hana1:30015/?databaseName=X", "hana1:30015"),
        ("jdbc:sybase:Tds:syb1:5000/db", "syb1:5000"),
        ("jdbc:informix-sqli://ifx1:9088/db:INFORMIXSERVER=x", "ifx1:9088"),
        ("scott/tiger@//ora7:1521/svc", "ora7:1521"),
        ("Server=tcp:SQL07.acme.example,1444;Initial Catalog=x", "sql07.acme.example:1444"),
        (r"Driver={SQL Server};Server=sql09\PROD;Database=z", "sql09"),
        ("Driver={PostgreSQL};Server=pg9;Port=5433;Database=x", "pg9:5433"),
        ("Data Source=ora8:1522/svc;User Id=u;Password=p", "ora8:1522"),
        ("host=pg-02 port=5433 dbname=x", "pg-02:5433"),
        ("host=pg-a,pg-b port=5432,5433 dbname=x", "pg-a:5432 pg-b:5433"),
        ("db.host=dbx01\nserver.port=8080\ndb.port=5432", "dbx01:5432"),
        ("rabbit.host: rmq1\nredis.host: red9", "rmq1 red9"),
        ("DB_HOST=dby01;DB_PORT=1521", "dby01:1521"),
        ("LDAP_SERVER=dc3\nldap.server: dc4", "dc3 dc4"),
        ('{"db":{"host":"pg5","port":5433}}', "pg5:5433"),
        ("ashost=sapapp01 sysnr=00", "sapapp01"),
        (r"Server=np:\\sqlnp\pipe\sql\query", "sqlnp"),
        ("bootstrap.servers=k1:9092,k2:9092", "k1:9092 k2:9092"),
        ("amqp://u:p@mq-01:5673/vhost", "mq-01:5673"),
        ("mongodb://u:p@m1:27017,m2:27018,m3/db", "m1:27017 m2:27018 m3:27017"),
        ("mongodb+srv://u:p@cluster0.x.example/db", "cluster0.x.example"),
        ("postgresql+psycopg://u:p@pg3/db", "pg3:5432"),
        ("postgres://u:p@ss/word@pg4:5432/db", "pg4:5432"),
        ("failover:(tcp://amq1:61616,tcp://amq2:61616)?randomize=false", "amq1:61616 amq2:61616"),
        ("connectionNameList=mq03(1414),mq04(1415)", "mq03:1414 mq04:1415"),
        ("http://[2001:db8::5]:8080/health", "2001:db8::5:8080"),
        (r"data on \\files01\data$\x", "files01:445"),
        ("//nas02/share on /mnt/x type cifs", "nas02:445"),
        ("nfs-01:/export/home /home nfs4 rw 0 0", "nfs-01:2049"),
        ("ldaps://dc01", "dc01:636"),
        ('[{"name":"PG_HOST","value":"pg-5"},{"name":"PG_PORT","value":"5433"}]', "pg-5:5433"),
        ('[{"value":"k1:9092,k2:9092","name":"KAFKA_BROKERS"}]', "k1:9092 k2:9092"),
        ('[{"ParameterKey":"DbHost","ParameterValue":"ora7"}]', "ora7"),
    ],
)
def test_configuration_names_hosts_and_ports(text, hosts):
    endpoints = [f"{one.host}:{one.port}" if one.port else one.host for one in read(text)]
    assert endpoints == hosts.split()


@pytest.mark.parametrize(
    "text",
    [
        "mailto://x",
        "a sentence",
        "the main server = the one in the basement",
        r"C:\temp\x and C:/Windows/System32",
        "file:///etc/hosts",
        "s3://bucket/key",
        "Server=localhost",
        r"Server=.\SQLEXPRESS",
        "Server=(localdb)\\MSSQLLocalDB",
        "http://127.0.0.53:80/",
        "http://[::1]:80/",
        "jdbc:h2:mem:test",
        "jdbc:oracle:thin:@ALIAS",
        "jdbc:postgresql://${DB_HOST}:5432/x",
        "jdbc:mysql://@DB_HOST@:3306/x",
        "Server=%DBHOST%;Database=x",
        "amqp://user:pass@{{ rabbit }}:5672",
        "redis://__REDIS_HOST__:6379",
        "Password=Server=evil;",
    ],
)
def test_other_text_and_placeholders_name_none(text):
    assert read(text) == []
