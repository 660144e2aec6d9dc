"""Python imports whose distribution is called differently: general knowledge, one import a line.

After the import's name come the distributions that provide it, the usual one first. A name that follows the rule (lower
case, `-` for `_` and `.`) is listed only where another distribution provides it too.
"""

TABLE = """
_cffi_backend cffi
_distutils_hack setuptools
_manylinux auditwheel
_pytest pytest
_typeshed typeshed
_yaml pyyaml
airflow apache-airflow
airflow.providers apache-airflow-providers
allauth django-allauth
annotated_types annotated-types pydantic
ansible ansible ansible-core
antlr4 antlr4-python3-runtime
anymail django-anymail
apiclient google-api-python-client
apt python-apt
argon2 argon2-cffi
attr attrs
base62 pybase62
axes django-axes
barcode python-barcode
Bio biopython
bluetooth pybluez
botocore botocore boto3
bs4 beautifulsoup4
bson pymongo
builtins future
cairo pycairo
can python-can
capnp pycapnp
cassandra cassandra-driver scylla-driver
cchardet cchardet faust-cchardet
cjson python-cjson
ckeditor django-ckeditor
clr pythonnet
compose docker-compose
compressor django-compressor
constance django-constance
consul python-consul
corsheaders django-cors-headers
cpuinfo py-cpuinfo
crispy_forms django-crispy-forms
Crypto pycryptodome pycrypto
Cryptodome pycryptodomex
cv2 opencv-python opencv-python-headless opencv-contrib-python opencv-contrib-python-headless
daemon python-daemon
dateutil python-dateutil
dbus dbus-python
debian python-debian
debug_toolbar django-debug-toolbar
decouple python-decouple
demjson demjson demjson3
digitalocean python-digitalocean
discord discord-py py-cord
django_filters django-filter
djcelery django-celery
dns dnspython
docker docker docker-py
docopt docopt docopt-ng
docx python-docx
dotenv python-dotenv
editor python-editor
engineio python-engineio
environ django-environ
ephem pyephem ephem
etcd python-etcd
factory factory-boy
faiss faiss-cpu faiss-gpu
ffmpeg ffmpeg-python
fitz pymupdf
geventwebsocket gevent-websocket
gi pygobject
git gitpython
github pygithub
gitlab python-gitlab
gnupg python-gnupg
google.api googleapis-common-protos
google.longrunning googleapis-common-protos
google.oauth2 google-auth
google.protobuf protobuf
google.rpc googleapis-common-protos
google.type googleapis-common-protos
googleapiclient google-api-python-client
graphql graphql-core
gridfs pymongo
grpc grpcio
grpc_health grpcio-health-checking
grpc_reflection grpcio-reflection
grpc_status grpcio-status
grpc_tools grpcio-tools
guardian django-guardian
haystack django-haystack
hglib python-hglib
ignite pytorch-ignite
igraph igraph python-igraph
imblearn imbalanced-learn
import_export django-import-export
influxdb_client_3 influxdb3-python
jenkins python-jenkins
jose python-jose
jwks_client pyjwks
jwt pyjwt
kafka kafka-python kafka-python-ng
lark lark lark-parser
ldap python-ldap
Levenshtein levenshtein python-levenshtein
libcloud apache-libcloud
libfuturize future
magic python-magic python-magic-bin
markdown_it markdown-it-py
material mkdocs-material
memcache python-memcached
model_utils django-model-utils
mpl_toolkits matplotlib
mpl_toolkits.axes_grid1 matplotlib
mpl_toolkits.basemap basemap
mpl_toolkits.mplot3d matplotlib
mptt django-mptt
multipart python-multipart multipart
mysql mysql-connector-python
MySQLdb mysqlclient mysql-python
nacl pynacl
newspaper newspaper3k
nmap python-nmap
nsq pynsq
oauth2_provider django-oauth-toolkit
ogr gdal
onelogin python3-saml
onnxruntime onnxruntime onnxruntime-gpu
openbabel openbabel openbabel-wheel
OpenGL pyopengl
OpenSSL pyopenssl
opentelemetry opentelemetry-api
opentelemetry.baggage opentelemetry-api
opentelemetry.context opentelemetry-api
opentelemetry.metrics opentelemetry-api
opentelemetry.propagate opentelemetry-api
opentelemetry.propagators opentelemetry-api
opentelemetry.trace opentelemetry-api
opentelemetry.util opentelemetry-api
osgeo gdal
osr gdal
paho paho-mqtt
past future
pdfminer pdfminer-six pdfminer
phonenumber_field django-phonenumber-field
PIL pillow
pkg_resources setuptools
pptx python-pptx
progressbar progressbar2 progressbar
psycopg psycopg psycopg-binary
psycopg2 psycopg2-binary psycopg2 psycopg2cffi
pulsar pulsar-client
py py pytest
pydantic_core pydantic-core pydantic
pygame pygame pygame-ce
pyi_splash pyinstaller
pylab matplotlib
pymdownx pymdown-extensions
pyreadline pyreadline pyreadline3
PySide6 pyside6 pyside6-essentials
pysnmp pysnmp pysnmplib
pythoncom pywin32
pythonjsonlogger python-json-logger
pywintypes pywin32
pywt pywavelets
pyximport cython
rapidjson python-rapidjson
rdkit rdkit rdkit-pypi
readability readability-lxml
rest_framework djangorestframework
rest_framework_simplejwt djangorestframework-simplejwt
reversion django-reversion
RPi rpi-gpio
saml2 pysaml2
sass libsass
serial pyserial
shapefile pyshp
shiboken6 pyside6
simple_history django-simple-history
skimage scikit-image
sklearn scikit-learn
skopt scikit-optimize
slack slackclient
slugify python-slugify
smbus smbus smbus2
snappy python-snappy
social_core social-auth-core
social_django social-auth-app-django
socketio python-socketio
socks pysocks
sockshandler pysocks
sorl sorl-thumbnail
speech_recognition speechrecognition
stomp stomp-py
storages django-storages
strawberry strawberry-graphql
systemd systemd-python
taggit django-taggit
talib ta-lib
telegram python-telegram-bot
tensorflow tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos
tlz toolz cytoolz
tortoise tortoise-orm
umap umap-learn
usb pyusb
validate configobj
vcr vcrpy
vlc python-vlc
waffle django-waffle
websocket websocket-client
whois python-whois
widget_tweaks django-widget-tweaks
win32api pywin32
win32clipboard pywin32
win32com pywin32
win32con pywin32
win32ctypes pywin32-ctypes
win32event pywin32
win32file pywin32
win32gui pywin32
win32pipe pywin32
win32process pywin32
win32security pywin32
win32service pywin32
win32serviceutil pywin32
winerror pywin32
winrm pywinrm
wx wxpython
xdg pyxdg xdg
xdist pytest-xdist
xgboost xgboost xgboost-cpu
Xlib python-xlib
yaml pyyaml
zmq pyzmq
"""
