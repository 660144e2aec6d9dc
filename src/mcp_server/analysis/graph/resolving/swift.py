"""Swift: a module is a target of a `Package.swift`, its files are those of the target's folder.

Without a path a target lies in `Sources/<name>` or `Tests/<name>` (Swift Package Manager, `Target.path`). Without any
package a folder of the module's name that holds Swift files is taken. Products name their outside package. What
lies in a documentation catalogue (`*.docc`) is shown there and never compiled.
"""

import re
from collections.abc import Iterable

from plumbrule.mcp_server.analysis.graph.resolving.names import above, declared, folder_of, joined, nearest
from plumbrule.mcp_server.analysis.graph.tree import Resolution, Resolve, Tree
from plumbrule.mcp_server.analysis.syntax.model import Import

CONFIGURATION: tuple[str, ...] = ()
"""Package.swift is a manifest, which is read anyway."""

_TARGET = re.compile(
    rb"\.(target|executableTarget|testTarget|macro|plugin|systemLibrary|binaryTarget)\s*\(\s*name\s*:\s*\"([^\"]+)\""
)
_PATH = re.compile(rb"^[^\x00]*?\bpath\s*:\s*\"([^\"]+)\"")
_PRODUCT = re.compile(rb"\.product\s*\(\s*name\s*:\s*\"([^\"]+)\"\s*,\s*package\s*:\s*\"([^\"]+)\"")
_PLACES = ("Sources", "Source", "src", "srcs", "Tests", "Plugins")
_BUILTIN = Resolution("builtin")
_UNKNOWN = Resolution("unknown")
# fmt: off
_PLATFORM = frozenset((
    "_Concurrency", "_Differentiation", "_RegexParser", "_StringProcessing", "Accelerate", "Accessibility",
    "Android", "AppIntents", "AppKit", "ARKit", "AudioToolbox", "AuthenticationServices", "AVFoundation", "AVKit",
    "BackgroundTasks", "Bionic", "CallKit", "CFNetwork", "Charts", "CloudKit", "Cocoa", "Combine", "CommonCrypto",
    "CompilerPluginSupport", "Contacts", "CoreAudio", "CoreBluetooth", "CoreData", "CoreFoundation",
    "CoreGraphics", "CoreImage", "CoreLocation", "CoreMedia", "CoreML", "CoreMotion", "CoreServices",
    "CoreSpotlight", "CoreTelephony", "CoreText", "CoreVideo", "CRT", "Cxx", "CxxStdlib", "Darwin",
    "DeveloperToolsSupport", "Dispatch", "Distributed", "EventKit", "ExternalAccessory", "Foundation",
    "FoundationEssentials", "FoundationInternationalization", "FoundationNetworking", "FoundationXML", "GameKit",
    "GameplayKit", "Glibc", "HealthKit", "ImageIO", "Intents", "IOKit", "LocalAuthentication", "MachO", "MapKit",
    "MediaPlayer", "MessageUI", "Metal", "MetalKit", "MobileCoreServices", "ModelIO", "MultipeerConnectivity",
    "Musl", "NaturalLanguage", "Network", "NotificationCenter", "ObjectiveC", "Observation", "os", "OSLog",
    "PackageDescription", "PackagePlugin", "PassKit", "PDFKit", "Photos", "PhotosUI", "PlaygroundSupport",
    "QuartzCore", "QuickLook", "RealityKit", "RegexBuilder", "SafariServices", "SceneKit", "Security", "simd",
    "SpriteKit", "SQLite3", "StoreKit", "Swift", "SwiftData", "SwiftUI", "Synchronization", "SystemConfiguration",
    "Testing", "TVUIKit", "ucrt", "UIKit", "UniformTypeIdentifiers", "UserNotifications", "VideoToolbox",
    "Vision", "WASILibc", "WatchConnectivity", "WatchKit", "WebKit", "WidgetKit", "WinSDK", "XCTest", "XPC",
    "zlib",
))
# fmt: on


def resolver(tree: Tree) -> Resolve:
    """Answers for the tree's Swift files; building is linear in files and targets."""
    return _Resolver(tree).resolve


class _Resolver:
    def __init__(self, tree: Tree) -> None:
        self._files: dict[str, list[str]] = {}
        for path, language in tree.languages.items():
            if language == "Swift" and path.rpartition("/")[2] != "Package.swift" and ".docc/" not in path:
                for folder in above(path):
                    self._files.setdefault(folder, []).append(path)
        self._modules: dict[str, list[str]] = {}
        self._products: dict[str, str] = {}
        self._closed: set[str] = set()
        """Targets without Swift files: C, system libraries, binaries."""
        for path, raw in sorted(tree.texts.items()):
            if path.rpartition("/")[2].startswith("Package") and path.endswith(".swift"):
                self._read(folder_of(path), raw)
        self._declared = {name.lower(): name for name in declared(tree, "swift")}
        self._named = {} if self._modules else self._by_folder(self._files)
        self._answers: dict[tuple[str, str], Resolution] = {}

    def _read(self, root: str, raw: bytes) -> None:
        targets = list(_TARGET.finditer(raw))
        for at, target in enumerate(targets):
            name = target[2].decode("utf-8", "replace")
            stop = targets[at + 1].start() if at + 1 < len(targets) else len(raw)
            folder = self._folder(root, name, _PATH.match(raw[target.end() : stop]))
            if folder and self._files.get(folder):
                if folder not in self._modules.setdefault(name, []):
                    self._modules[name].append(folder)
            else:
                self._closed.add(name)
        for product in _PRODUCT.finditer(raw):
            self._products.setdefault(product[1].decode("utf-8", "replace"), product[2].decode("utf-8", "replace"))

    def _folder(self, root: str, name: str, path: re.Match[bytes] | None) -> str:
        if path is not None:
            return joined(root, path[1].decode("utf-8", "replace")) or ""
        for place in _PLACES:
            if (folder := joined(root, f"{place}/{name}")) and folder in self._files:
                return folder
        return ""

    def _by_folder(self, folders: Iterable[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for folder in sorted(folders):
            if name := folder.rpartition("/")[2]:
                found.setdefault(name, []).append(folder)
        return found

    def resolve(self, path: str, one: Import) -> Resolution:
        """What one `import` of the file at `path` means."""
        module = one.target.partition(".")[0]
        key = (folder_of(path), module)
        found = self._answers.get(key)
        if found is None:
            found = self._answers[key] = self._resolved(path, module)
        return found

    def _resolved(self, path: str, module: str) -> Resolution:
        folders = self._modules.get(module) or self._modules.get(module.replace("_", "-"))
        if folders is None and module not in _PLATFORM:
            folders = self._named.get(module)
        if folders:
            return Resolution("file", tuple(sorted(self._files[nearest([f"{each}/" for each in folders], path)[:-1]])))
        if module in self._closed:
            return _UNKNOWN
        if module in _PLATFORM:
            return _BUILTIN
        package = self._products.get(module) or self._declared.get(module.lower(), module)
        return Resolution("external", package=package)
