# Reads paths from standard input; prints one JSON line a file: what Elixir's own parser finds in it.
defmodule SymbolReader do
  def read(path) do
    case Code.string_to_quoted(File.read!(path)) do
      {:ok, tree} -> walk([{tree, nil}], [], [])
      _ -> nil
    end
  end

  defp walk([], symbols, imports), do: {Enum.uniq(symbols), imports}

  defp walk([{node, around} | rest], symbols, imports) do
    case node do
      {:defmodule, _, [name | body]} when is_list(body) -> module("module", joined(around, name_of(name, around)), body, around, rest, symbols, imports)
      {:defprotocol, _, [name | body]} -> module("protocol", joined(around, name_of(name, around)), body, around, rest, symbols, imports)
      {:defimpl, _, [name | body]} -> implementation(name_of(name, around), body, around, rest, symbols, imports)
      {kind, _, [head | body]} when kind in [:def, :defp, :defmacro, :defmacrop, :defguard, :defguardp, :defdelegate] and is_list(body) ->
        sort = if kind in [:def, :defp, :defdelegate], do: "function", else: "macro"
        found = with named when named != nil <- head(head), do: [{sort, joined(around, named) || named}]
        walk([{body, around} | rest], (found || []) ++ symbols, imports)
      {kind, _, [target | body]} when kind in [:alias, :import, :use, :require] and is_list(body) ->
        walk([{body, around} | rest], symbols, targets(target, around) ++ imports)
      {call, _, arguments} when is_list(arguments) -> walk([{call, around}, {arguments, around} | rest], symbols, imports)
      {left, right} -> walk([{left, around}, {right, around} | rest], symbols, imports)
      list when is_list(list) -> walk(Enum.map(list, &{&1, around}) ++ rest, symbols, imports)
      _ -> walk(rest, symbols, imports)
    end
  end

  defp module(_, nil, body, around, rest, symbols, imports), do: walk([{body, around} | rest], symbols, imports)
  defp module(kind, name, body, _, rest, symbols, imports), do: walk([{body, name} | rest], [{kind, name} | symbols], imports)

  defp implementation(protocol, body, around, rest, symbols, imports) do
    options = body |> Enum.filter(&is_list/1) |> List.flatten() |> Enum.filter(&match?({key, _} when is_atom(key), &1))
    targets = case Keyword.get(options, :for) do
      nil -> [around]
      list when is_list(list) -> Enum.map(list, &name_of(&1, around))
      one -> [name_of(one, around)]
    end
    names = for target <- targets, target, protocol, do: protocol <> "." <> target
    walk([{body, List.last(names) || around} | rest], Enum.map(names, &{"implementation", &1}) ++ symbols, imports)
  end

  defp head({:when, _, [head | _]}), do: head(head)
  defp head({:unquote, _, _}), do: nil
  defp head({name, _, arguments}) when is_atom(name) and is_list(arguments), do: "#{name}/#{length(arguments)}"
  defp head({name, _, _}) when is_atom(name), do: "#{name}/0"
  defp head(_), do: nil

  defp name_of({:__aliases__, _, parts}, around) do
    if Enum.all?(parts, &(is_atom(&1) or match?({:__MODULE__, _, _}, &1))) do
      parts |> Enum.map_join(".", fn {:__MODULE__, _, _} -> around; part -> Atom.to_string(part) end) |> String.replace_prefix("Elixir.", "")
    end
  end
  defp name_of({:__MODULE__, _, _}, around), do: around
  defp name_of(_, _), do: nil

  defp joined(_, nil), do: nil
  defp joined(nil, name), do: name
  defp joined(around, name), do: around <> "." <> name

  defp targets({{:., _, [base, :{}]}, _, list}, around) do
    prefix = name_of(base, around)
    for one <- list, prefix, name = name_of(one, around), do: prefix <> "." <> name
  end
  defp targets(target, around), do: List.wrap(name_of(target, around))
end

quoted = fn text -> "\"" <> (text |> String.replace("\\", "\\\\") |> String.replace("\"", "\\\"")) <> "\"" end

for path <- IO.read(:stdio, :all) |> String.split("\n", trim: true) do
  found = case SymbolReader.read(path) do
    nil -> "null"
    {symbols, imports} ->
      rows = Enum.map_join(symbols, ",", fn {kind, name} -> "[#{quoted.(kind)},#{quoted.(name)},0]" end)
      "{\"symbols\":[#{rows}],\"imports\":[#{Enum.map_join(imports, ",", quoted)}]}"
  end
  IO.puts("{\"path\":#{quoted.(path)},\"found\":#{found}}")
end
