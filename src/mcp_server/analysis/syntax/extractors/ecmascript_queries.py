"""What is captured of a JavaScript or TypeScript tree: one query for each grammar, compiled once in a process.

The capture names are the roles that `ecmascript_scopes` knows.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Language, Query

_VALUES = "(arrow_function) (function_expression) (generator_function) (class) (object)"
_WRAPPED = "(parenthesized_expression)"
_WRAPPED_TYPED = _WRAPPED + " (as_expression) (satisfies_expression)"

_COMMON = """
[(function_declaration) (generator_function_declaration)] @function
[(arrow_function) (function_expression) (generator_function)] @lambda
(method_definition) @method
[(class_declaration) (class)] @class
(export_statement) @export
(import_statement) @import
(variable_declarator name: (identifier) value: [VALUES]) @named
(pair value: [VALUES]) @pair
(assignment_expression left: (member_expression) right: (_)) @assignment
(decorator) @decorator
(try_statement body: (statement_block) @try handler: (_))
[(if_statement) (for_statement) (for_in_statement) (while_statement) (do_statement) (switch_case) (catch_clause)
 (ternary_expression)] @branch
(binary_expression operator: ["&&" "||" "??"]) @branch
(augmented_assignment_expression operator: ["&&=" "||=" "??="]) @branch
(call_expression function: [
  (identifier) @ref
  (import) @ref
  (member_expression property: (property_identifier) @ref)
])
(new_expression constructor: [
  (identifier) @new
  (member_expression property: (property_identifier) @new)
])
(decorator (identifier) @used)
"""

_TOP_LEVEL = """
(program (lexical_declaration kind: "const" (variable_declarator) @constant))
(program (lexical_declaration kind: "let" (variable_declarator) @variable))
(program (variable_declaration (variable_declarator) @variable))
(export_statement declaration: (lexical_declaration kind: "const" (variable_declarator) @constant))
(export_statement declaration: (lexical_declaration kind: "let" (variable_declarator) @variable))
(export_statement declaration: (variable_declaration (variable_declarator) @variable))
"""

_JAVASCRIPT = """
(field_definition) @field
(class_heritage (identifier) @used)
"""

_JSX = """
(jsx_opening_element name: (identifier) @element)
(jsx_self_closing_element name: (identifier) @element)
"""

_TYPESCRIPT = """
(abstract_class_declaration) @class
(public_field_definition) @field
(function_signature) @signature
(interface_body (method_signature) @method_signature)
(class_body [(method_signature) (abstract_method_signature)] @method_signature)
(interface_body (property_signature) @property)
(interface_declaration) @interface
(type_alias_declaration) @alias
(enum_declaration) @enum
(enum_body (property_identifier) @member)
(enum_body (string) @member)
(enum_assignment) @member
[(module) (internal_module)] @namespace
(ambient_declaration) @ambient
(ambient_declaration (lexical_declaration kind: "const" (variable_declarator) @constant))
(ambient_declaration (lexical_declaration kind: "let" (variable_declarator) @variable))
(ambient_declaration (variable_declaration (variable_declarator) @variable))
(ambient_declaration (statement_block (lexical_declaration kind: "const" (variable_declarator) @constant)))
(ambient_declaration (statement_block (lexical_declaration kind: "let" (variable_declarator) @variable)))
(ambient_declaration (statement_block (variable_declaration (variable_declarator) @variable)))
(module (statement_block (lexical_declaration kind: "const" (variable_declarator) @constant)))
(module (statement_block (lexical_declaration kind: "let" (variable_declarator) @variable)))
(module (statement_block (variable_declaration (variable_declarator) @variable)))
(internal_module (statement_block (lexical_declaration kind: "const" (variable_declarator) @constant)))
(internal_module (statement_block (lexical_declaration kind: "let" (variable_declarator) @variable)))
(internal_module (statement_block (variable_declaration (variable_declarator) @variable)))
(required_parameter (accessibility_modifier)) @parameter_property
(required_parameter "readonly") @parameter_property
(required_parameter (override_modifier)) @parameter_property
(optional_parameter (accessibility_modifier)) @parameter_property
(optional_parameter "readonly") @parameter_property
(extends_clause value: (identifier) @used)
(type_identifier) @used
"""


def definitions(language: "Language") -> "Query":
    """The one query over a whole file. `language` is one of JavaScript, TypeScript and TSX."""
    wrapped = _WRAPPED_TYPED if is_typescript(language) else _WRAPPED
    parts = [_COMMON.replace("VALUES", f"{_VALUES} {wrapped}"), _TOP_LEVEL]
    if knows_jsx(language):
        parts.append(_JSX)
    parts.append(_TYPESCRIPT if is_typescript(language) else _JAVASCRIPT)
    return compiled(language, "\n".join(parts))


def is_typescript(language: "Language") -> bool:
    """Whether the grammar is one of TypeScript's two, which do not tell their names."""
    return language.id_for_node_kind("interface_declaration", True) is not None


def knows_jsx(language: "Language") -> bool:
    return language.id_for_node_kind("jsx_element", True) is not None


@lru_cache(maxsize=64)
def compiled(language: "Language", source: str) -> "Query":
    """The query, compiled once for each grammar: compiling takes milliseconds."""
    from tree_sitter import Query  # a binding that only workers need

    return Query(language, source)
