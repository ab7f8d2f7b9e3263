#include <csignal>
#include <iostream>

#include <Poco/Exception.h>
#include <Poco/Util/HelpFormatter.h>
#include <Poco/Util/Option.h>
#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>
#include <Poco/Util/OptionSet.h>
#include <fmt/format.h>
#include <pthread.h>

#include "tests/sandbox/company.h"
#include "tests/sandbox/sandbox.h"

namespace {

using belfry::sandbox::Company;
using belfry::sandbox::Sandbox;
using belfry::sandbox::SandboxOptions;
using belfry::sandbox::SignInMode;
using Poco::Util::Option;

struct Arguments {
  SandboxOptions sandbox;
  bool company = false;
  bool help = false;
};

Poco::Util::OptionSet option_set() {
  Poco::Util::OptionSet out;
  const auto add = [&](const char* name, const char* text, const char* argument) {
    Option option(name, "", text);
    if (argument != nullptr) option.argument(argument);
    out.addOption(option);
  };
  add("entra-port", "port of Entra ID (any free one)", "PORT");
  add("graph-port", "port of Graph", "PORT");
  add("mattermost-port", "port of Mattermost", "PORT");
  add("control-port", "port of the control API", "PORT");
  add("scale", "simulated seconds in a real one (1)", "NUMBER");
  add("seed", "of everything that is left to chance (1)", "NUMBER");
  add("threads", "connections that each service serves at once (64)", "NUMBER");
  add("company", "begin with a small company and its chats", nullptr);
  add("page", "people sign in on a page, also when a hint names them", nullptr);
  add("no-rate-limits", "Graph throttles nobody", nullptr);
  add("help", "show this", nullptr);
  return out;
}

Arguments parse(int argc, char** argv, const Poco::Util::OptionSet& options) {
  Arguments out;
  Poco::Util::OptionProcessor processor(options);
  processor.setUnixStyle(true);
  for (int i = 1; i < argc; ++i) {
    std::string name;
    std::string value;
    if (!processor.process(argv[i], name, value)) throw Poco::Util::UnknownOptionException(argv[i]);
    const auto port = [&] { return static_cast<std::uint16_t>(std::stoul(value)); };
    if (name == "entra-port") out.sandbox.entra_port = port();
    if (name == "graph-port") out.sandbox.graph_port = port();
    if (name == "mattermost-port") out.sandbox.mattermost_port = port();
    if (name == "control-port") out.sandbox.control_port = port();
    if (name == "scale") out.sandbox.scale = std::stod(value);
    if (name == "seed") out.sandbox.seed = std::stoull(value);
    if (name == "threads") out.sandbox.threads = std::stoi(value);
    if (name == "company") out.company = true;
    if (name == "page") out.sandbox.entra.sign_in = SignInMode::page;
    if (name == "no-rate-limits") out.sandbox.graph.rate_limits = false;
    if (name == "help") out.help = true;
  }
  processor.checkRequired();
  return out;
}

void say_where(Sandbox& sandbox) {
  std::cout << fmt::format(
      "entra      {}\ngraph      {}\nmattermost {}\ncontrol    {}\ntenant     {}\nclient     "
      "{}\nsecret     {}\n",
      sandbox.entra_url(), sandbox.graph_url(), sandbox.mattermost_url(), sandbox.control_url(),
      sandbox.directory().tenant_id(), sandbox.directory().client_id(),
      sandbox.directory().client_secrets().front());
}

void say_who(Sandbox& sandbox, const Company& company) {
  for (const std::string& id : company.people())
    if (const auto person = sandbox.directory().person(id))
      std::cout << fmt::format("person     {} <{}> {}\n", person->name, person->mail, person->id);
  std::cout << fmt::format("bot        {}\n", company.bot_token);
  sandbox.graph().world().read_all([](const belfry::sandbox::Chat& chat) {
    std::cout << fmt::format("chat       {} {}\n", chat.topic.value_or("(one to one)"), chat.id);
  });
}

}  // namespace

int main(int argc, char** argv) {
  // Before any thread starts: they inherit the mask, and only sigwait() sees these.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const Poco::Util::OptionSet options = option_set();
  try {
    const Arguments arguments = parse(argc, argv, options);
    if (arguments.help) {
      Poco::Util::HelpFormatter formatter(options);
      formatter.setUnixStyle(true);
      formatter.setCommand("belfry-sandbox");
      formatter.setHeader("Simulated Entra ID, Graph and Mattermost on loopback.");
      formatter.format(std::cout);
      return 0;
    }
    Sandbox sandbox(arguments.sandbox);
    say_where(sandbox);
    if (arguments.company) say_who(sandbox, make_company(sandbox));
    std::cout << "ready" << std::endl;
    int signal = 0;
    sigwait(&signals, &signal);
    sandbox.stop();
    return 0;
  } catch (const Poco::Util::OptionException& error) {
    std::cerr << "belfry-sandbox: " << error.displayText() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "belfry-sandbox: " << error.what() << '\n';
    return 1;
  }
}
