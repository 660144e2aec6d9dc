"""Headers that come with a compiler or an operating system: ISO C (7.1.2), ISO C++ ([headers]), POSIX.1-2017, and the
usual folders of Linux, BSD, macOS and Windows."""

import re

_C_LIST = """
assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic
stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
"""
_CPP_LIST = """
algorithm any array atomic barrier bit bitset cassert ccomplex cctype cerrno cfenv cfloat charconv chrono cinttypes
ciso646 climits clocale cmath codecvt compare complex concepts condition_variable coroutine csetjmp csignal
cstdalign cstdarg cstdbool cstddef cstdint cstdio cstdlib cstring ctgmath ctime cuchar cwchar cwctype debugging
deque exception execution expected experimental/filesystem experimental/string_view experimental/optional filesystem
flat_map flat_set format forward_list fstream functional future generator initializer_list iomanip ios iosfwd
iostream istream iterator latch limits list locale map mdspan memory memory_resource mutex new numbers numeric
optional ostream print queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location
span spanstream sstream stack stacktrace stdexcept stdfloat stop_token streambuf string string_view strstream
syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
variant vector version cxxabi.h ext/hash_map
"""
_SYSTEM_LIST = """
aio arpa/inet cpio dirent dlfcn fcntl fmtmsg fnmatch ftw glob grp iconv langinfo libgen monetary mqueue ndbm netdb
net/if netinet/in netinet/tcp nl_types poll pthread pwd regex sched search semaphore spawn strings stropts syslog
tar termios trace ulimit unistd utime utmpx wordexp alloca argz byteswap elf endian err error execinfo features fts
getopt ifaddrs link malloc mntent obstack paths printf pty resolv shadow stab sysexits termio ucontext unwind utmp
values wait libutil util pwdb curses ncurses term readpassphrase libproc kvm nlist vis bsd/string lwp procfs port
kstat ucred priv zone ieeefp intrin emmintrin immintrin xmmintrin pmmintrin tmmintrin smmintrin nmmintrin wmmintrin
x86intrin avxintrin arm_neon arm_acle arm_sve cpuid altivec mmintrin riscv_vector wasm_simd128 lsxintrin lasxintrin
omp windows winsock winsock2 ws2tcpip winbase windef winnt winuser wincrypt winioctl winerror winternl ntstatus
ntsecapi ntddstor ntdef bcrypt conio crtdbg dbghelp direct io iphlpapi mswsock mstcpip process psapi shellapi shlobj
shlwapi sspi security schannel schnlsp share tchar tlhelp32 userenv versionhelpers wspiapi wininet winhttp winreg
objbase ole2 synchapi sysinfoapi memoryapi fileapi handleapi processthreadsapi evntprov evntrace minwindef afunix
basetsd excpt availabilitymacros targetconditionals tpcshrd
memory wtypes winapifamily pthread_np malloc_np syscall _mingw sdkddkver
"""
_C = frozenset(f"{name}.h" for name in _C_LIST.split())
_CPP = frozenset(_CPP_LIST.split())
_SYSTEM = frozenset(f"{name}.h" for name in _SYSTEM_LIST.split())
_FOLDERS = re.compile(
    r"^(?:sys|bits|asm|asm-generic|linux|mach|mach-o|machine|netinet6?|netpacket|net|arpa|rpc|rpcsvc|protocols|scsi|sound"
    r"|mtd|gnu|ext|experimental|backward|pstl|sanitizer|CommonCrypto|CoreFoundation|CoreServices|SystemConfiguration|Security"
    r"|Foundation|UIKit|Cocoa|AppKit|Availability|IOKit|libkern|malloc|objc|os|xlocale|dispatch|pthread|i386|x86|kern|fs|vm|android)"
    r"(?:/|\.h$)"
)


def is_platform(name: str) -> bool:
    """Whether an include without its marks names a header of the standard libraries or of an operating system."""
    return name in _C or name in _CPP or name.lower() in _SYSTEM or bool(_FOLDERS.match(name))
