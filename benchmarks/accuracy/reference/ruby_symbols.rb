# Reads paths from standard input; prints one JSON line a file: what Ripper, Ruby's own parser, finds in it.
require 'json'
require 'ripper'

def path_of(node)
  case node[0]
  when :const_ref, :var_ref, :var_field, :top_const_ref, :top_const_field then path_of(node[1])
  when :const_path_ref, :const_path_field then [path_of(node[1]), path_of(node[2])].compact.join('.')
  when :@const, :@ident, :@kw, :@op, :@backtick then node[1]
  end
end

def line_of(node)
  return nil unless node.is_a?(Array)
  return node[2][0] if node[0].is_a?(Symbol) && node[0].to_s.start_with?('@')

  node.filter_map { |each| line_of(each) }.first
end

def literal(node)
  return nil unless node.is_a?(Array)
  return node[1][1][1] if node[0] == :string_literal && node[1].length == 2 && node[1][1][0] == :@tstring_content

  nil
end

def arguments(node)
  node = node[1] if node && node[0] == :arg_paren
  node = node[1] if node && node[0] == :args_add_block
  node.is_a?(Array) ? node : []
end

REQUIRES = %w[require require_relative load].freeze

def read(source)
  tree = Ripper.sexp(source)
  return nil if tree.nil?

  symbols = []
  imports = []
  waiting = [[tree, []]]
  until waiting.empty?
    node, around = waiting.pop
    next unless node.is_a?(Array)

    rest = node
    inside = around
    case node[0]
    when :class, :module
      inside = around + [path_of(node[1])]
      symbols << [node[0].to_s, inside.join('.'), line_of(node[1])]
      rest = node[2..]
    when :def
      symbols << ['method', node[1][1], node[1][2][0]]
      rest = node[2..]
    when :defs
      symbols << ['method', node[3][1], node[3][2][0]]
      rest = node[4..]
    when :assign, :opassign
      name = %i[var_field const_path_field top_const_field].include?(node[1][0]) ? path_of(node[1]) : nil
      symbols << ['constant', name.split('.').last, line_of(node[1])] if name&.match?(/\A[A-Z]/)
      rest = node[1..]
    when :command, :method_add_arg
      call = node[0] == :command ? node[1] : node[1][1]
      if call.is_a?(Array) && call[0] == :@ident && REQUIRES.include?(call[1])
        found = literal(arguments(node[2]).first)
        imports << found if found
      end
    end
    rest.each { |each| waiting << [each, inside] if each.is_a?(Array) }
  end
  { symbols: symbols, imports: imports }
end

$stdin.each_line(chomp: true) do |path|
  found = begin
    read(File.read(path, encoding: 'utf-8'))
  rescue ArgumentError
    nil
  end
  puts JSON.dump({ path: path, found: found })
end
